using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// Evidence for people, sorted by who says what: the ledger, the operator, the depositor. What can be recomputed without
/// trusting anyone stands apart from what is only claimed, and so does what nobody has checked here.
/// </summary>
internal sealed class EvidenceView(Terminal terminal, string path)
{
    private const int ItemsShown = 100;

    private static readonly string[] Recomputed = [CheckNames.Commitment, CheckNames.Claims, CheckNames.Signature, CheckNames.Inclusion];

    /// <param name="evidence">What is shown.</param>
    /// <param name="earlier">Other evidence, of which documents that it holds too cite the earliest; null for none.</param>
    /// <param name="language">Of the checks.</param>
    /// <exception cref="MalformedException">One of the certificate's texts breaks its format.</exception>
    public void Print(Evidence evidence, IReadOnlyList<FiledEvidence>? earlier, Language language)
    {
        var certificate = evidence.Certificate;
        var statement = Statement.Parse(certificate.Statement);
        var claims = certificate.Claims is { } claimsText ? Claims.Parse(claimsText) : null;
        var request = certificate.Request is { } bytes ? RequestBytes.Parse(StrictText.Encode(bytes)) : null;
        terminal.Styled(Title(evidence), new Spectre.Console.Style(decoration: Spectre.Console.Decoration.Bold));
        var proof = TlogProof.Parse(certificate.Proof);
        PrintStatement(statement, proof);
        PrintClaims(claims);
        PrintRequest(request);
        PrintItems(evidence, earlier is null ? null : new EarliestDeposits(earlier, statement, proof.Index));
        PrintContext(evidence.Context);
        PrintRecomputed(evidence, language);
        terminal.Line();
        terminal.Line("Not checked here: whether the ledger that signed is one you trust. For a verdict:");
        terminal.Line($"  {Shell.Command("notary", "verify", path, "--trust", "FILE")}");
    }

    private static string Title(Evidence evidence) => evidence switch
    {
        { Manifest: not null } => "Evidence of a whole deposit. Private: it opens the deposit to whoever holds it.",
        { Openings.Count: > 0 } => $"Evidence that discloses {Sizes.Count(evidence.Openings.Count, "item")} of a deposit.",
        _ => "A certificate alone: it names no document.",
    };

    private void PrintStatement(Statement statement, TlogProof proof)
    {
        terminal.Heading("The ledger's entry (public)");
        terminal.Fields(
            ("ledger", statement.Ledger),
            ("deposit", statement.Deposit.ToString()),
            ("entry", string.Create(CultureInfo.InvariantCulture, $"{proof.Index} in a tree of {proof.Checkpoint.Size}")),
            ("received", $"{Timestamp.Format(statement.Received)}, says the operator's clock"),
            ("accuracy", statement.AccuracyMilliseconds is { } bound ? $"{bound} ms, says the operator" : "unknown"),
            ("after", string.Create(CultureInfo.InvariantCulture, $"a tree of {statement.AfterSize}, {statement.AfterRoot}")),
            ("commitment", statement.Commitment.ToString()));
        if (statement.Beacon is { } beacon)
            terminal.Fields(("beacon", beacon.ToString()!));
    }

    private void PrintClaims(Claims? claims)
    {
        terminal.Heading("Who deposited, as the operator claims");
        if (claims is null)
        {
            terminal.Line("  withheld");
            return;
        }

        terminal.Fields(Present(
            ("depositor", claims.Depositor),
            ("account", claims.Account),
            ("identity", claims.Identity),
            ("verified", claims.Verified is { } check ? $"{check.Method}, {Timestamp.Format(check.Time)}" : null),
            ("key", claims.Key?.ToString())));
    }

    private void PrintRequest(RequestBytes? request)
    {
        terminal.Heading("What the depositor claims");
        if (request is null)
        {
            terminal.Line("  withheld");
            return;
        }

        var said = request.Request;
        terminal.Fields(Present(
            ("title", said.Title),
            ("kind", said.Kind),
            ("items", said.Items.ToString(CultureInfo.InvariantCulture)),
            ("follows", said.Previous?.ToString()),
            ("requested", $"{Timestamp.Format(said.Requested)}, says the depositor's clock"),
            ("signed", request.Note is null ? "no" : "yes")));
    }

    private void PrintItems(Evidence evidence, EarliestDeposits? earliest)
    {
        var items = evidence.Manifest?.Items ?? [.. evidence.Openings.Values.Select(opening => opening.Item).OfType<ItemText>()];
        if (items.Count == 0)
            return;
        terminal.Heading("Documents (times are the depositor's claims)");
        foreach (var item in items.Take(ItemsShown))
        {
            terminal.Line($"  {item.Sha256}  {item.Path}");
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"    {item.Size:N0} bytes, last changed {Timestamp.Format(item.Modified)}"));
            if (earliest?.Of(item) is { } first)
                terminal.Line($"    unchanged since deposit {first.Evidence.Deposit} of {Timestamp.Format(first.Evidence.Statement.Received)}{(first.Item.Path == item.Path ? "" : $", there {first.Item.Path}")}, in {first.Evidence.Path}");
        }

        if (items.Count > ItemsShown)
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"  and {items.Count - ItemsShown:N0} more: they are all in manifest.txt"));
    }

    private void PrintContext(ContextRecord? context)
    {
        if (context is null)
            return;
        terminal.Heading("How the data came to be, as the depositor claims");
        terminal.Fields(Present(
        [
            ("written", $"{Timestamp.Format(context.Captured)}, says the depositor's clock"),
            ("source", context.Source),
            ("operator", context.Operator),
            ("device", context.Device),
            ("system", context.System),
            ("program", context.Program),
            .. context.Files.Select(file => ("file", (string?)$"{file.Sha256}  {file.Name}")),
            ("runtime", context.Runtime),
            ("folder", context.Folder),
            ("command", context.Command),
        ]));
        terminal.Line($"  It was deposited with the documents, as the item {ContextRecord.ItemPath}; nobody has checked what it says.");
    }

    private void PrintRecomputed(Evidence evidence, Language language)
    {
        // A policy that trusts nobody: what passes under it needs nobody's word.
        var report = Verifier.Verify(evidence, new VerifierInputs(TrustPolicy.Parse("quorum none\n")));
        terminal.Heading("Recomputed here, on nobody's word");
        ReportView.PrintChecks(terminal, [.. report.Checks.Where(check => Recomputed.Contains(check.Name, StringComparer.Ordinal))], language);
        if (evidence.Unknown.Count > 0)
            terminal.Line($"Not evidence, whatever the name says: {string.Join(", ", evidence.Unknown)}");
    }

    private static IEnumerable<(string Name, string Value)> Present(params (string Name, string? Value)[] fields) =>
        fields.Where(field => field.Value is not null).Select(field => (field.Name, field.Value!));
}
