using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>
/// One honest deposit with every field that its texts can have, and everything that somebody without the ledger's key
/// can do to it: alter any field and mend all hashes above it, move parts between certificates, flip bits.
/// </summary>
public sealed class VerifierForgeryTests
{
    private static readonly SigningKey Depositor = SigningKey.Create("acct-7", TestLedger.Seed(70));
    private static readonly (string Path, string Content)[] Documents = [("a.txt", "alpha"), ("b/b.txt", "beta"), ("c.txt", "gamma")];

    private readonly TestLedger ledger = new();
    private readonly TestDeposit deposit;
    private readonly Forger forger;

    public VerifierForgeryTests()
    {
        var first = ledger.Deposit(new DepositPlan { Account = "acct-7", Key = Depositor });
        ledger.Deposit();
        deposit = ledger.Deposit(new DepositPlan
        {
            Account = "acct-7",
            Key = Depositor,
            Files = Documents,
            BendRequest = request => request with { Title = "Rotor, 修订 C", Previous = first.Id },
            BendClaims = claims => claims with
            {
                Depositor = "Example Ltd",
                Identity = "uscc:91330100799655058B",
                Verified = new IdentityVerification("document-check", TestLedger.Created),
            },
            BendStatement = statement => statement with { Beacon = new BitcoinBeacon(358391, Hash.Of([3])) },
        });
        ledger.Deposit();
        forger = new Forger(ledger, deposit, Depositor);
    }

    [Fact]
    public void The_original_passes() => Assert.Equal(Verdict.Pass, Verify(deposit.Certificate()).Verdict);

    [Fact]
    public void Every_altered_field_fails_however_far_the_hashes_are_mended()
    {
        var tried = 0;
        foreach (var signing in Enum.GetValues<Forger.Signing>())
        {
            foreach (var certificate in Altered(signing))
            {
                var report = Verify(certificate);
                Assert.True(report.Verdict == Verdict.Fail, $"{signing} passed:\n{certificate}");
                tried++;
            }
        }

        Assert.InRange(tried, 400, 2000);
    }

    // The same forger against somebody who has only the certificate, and no document.
    [Fact]
    public void Every_altered_field_fails_without_documents_too()
    {
        foreach (var certificate in Altered(Forger.Signing.OwnKeyStolenId).Concat(Altered(Forger.Signing.OldProof)))
        {
            var report = Verifier.Verify(Evidence.FromCertificate(certificate), new VerifierInputs(ledger.Policy));
            Assert.Equal(Verdict.Fail, report.Verdict);
        }
    }

    [Fact]
    public void A_request_signed_anew_by_a_key_of_the_same_name_fails()
    {
        foreach (var signing in Enum.GetValues<Forger.Signing>())
            Assert.Equal(Verdict.Fail, Verify(forger.WithOwnDepositor(signing)).Verdict);
    }

    [Fact]
    public void Parts_of_other_certificates_of_the_same_ledger_fail()
    {
        var certificate = deposit.Certificate();
        var plan = new DepositPlan { Account = "acct-7", Key = Depositor, Files = Documents };
        var others = Enumerable.Range(0, 3).Select(_ => ledger.Deposit(plan).Certificate()).ToList();
        foreach (var other in others)
        {
            Certificate[] mixed =
            [
                certificate with { Statement = other.Statement },
                certificate with { Claims = other.Claims },
                certificate with { Request = other.Request },
                certificate with { Proof = other.Proof },
                certificate with { Claims = other.Claims, Request = other.Request },
                certificate with { Statement = other.Statement, Proof = other.Proof },
                certificate with { Statement = other.Statement, Claims = other.Claims, Request = other.Request },
                other,
            ];
            foreach (var mix in mixed)
                Assert.Equal(Verdict.Fail, Verify(mix).Verdict);
        }
    }

    [Fact]
    public void A_mutated_certificate_passes_only_with_equal_contents()
    {
        var original = deposit.Certificate();
        var (tried, passed) = (0, 0);
        foreach (var mutated in ByteMutations.Of(original.ToJson(), seed: 11))
        {
            tried++;
            passed += PassesOnlyIfEqual(mutated, original) ? 1 : 0;
        }

        // Some change nothing that it says, such as white space: those alone pass.
        Assert.InRange(passed, 1, tried / 20);
    }

    [Fact]
    public void Mutated_evidence_passes_only_with_equal_contents()
    {
        using var stream = new MemoryStream();
        var original = deposit.Evidence();
        original.Write(stream);
        foreach (var mutated in ByteMutations.Of(stream.ToArray(), seed: 12).Where((_, i) => i % 8 == 0))
        {
            if (Read(mutated) is not { } evidence || VerifyFiles(evidence).Verdict != Verdict.Pass)
                continue;
            Assert.Equal(original.Certificate, evidence.Certificate);
            Assert.Equal(original.Manifest!.Items, evidence.Manifest!.Items);
            Assert.Equal(original.Seed, evidence.Seed);
        }
    }

    [Fact]
    public void Mutated_openings_pass_only_with_equal_contents()
    {
        var original = deposit.Disclose(true, "a.txt");
        var (leaf, opening) = original.Openings.Single();
        foreach (var mutated in ByteMutations.Of(Encoding.UTF8.GetBytes(opening.ToText()), seed: 13))
        {
            if (ReadOpening(mutated) is not { } read)
                continue;
            var evidence = Evidence.Disclose(original.Certificate, [KeyValuePair.Create(leaf, read)]);
            if (VerifyFiles(evidence, deposit.Files.Where(file => file.Path == "a.txt")).Verdict == Verdict.Pass)
                Assert.Equal(opening.ToText(), read.ToText());
        }
    }

    private static Evidence? Read(byte[] bytes)
    {
        try
        {
            return Evidence.Read(new MemoryStream(bytes), TestContext.Current.CancellationToken);
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static Opening? ReadOpening(byte[] bytes)
    {
        try
        {
            return Opening.Parse(Encoding.UTF8.GetString(bytes));
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private bool PassesOnlyIfEqual(byte[] json, Certificate original)
    {
        if (Read(json) is not { } evidence || Verify(evidence.Certificate).Verdict != Verdict.Pass)
            return false;
        Assert.Equal(original, evidence.Certificate);
        return true;
    }

    /// <summary>For every line of every text: the value altered, the line dropped and doubled, one mended above it.</summary>
    private IEnumerable<Certificate> Altered(Forger.Signing signing)
    {
        var original = deposit.Certificate();
        foreach (var request in Lines(deposit.Request.Request.ToText()))
            yield return forger.WithRequest(request, signing);
        foreach (var claims in Lines(deposit.Claims.ToText()))
        {
            yield return forger.WithClaims(claims, original.Request!, signing);
            yield return forger.WithClaims(claims, original.Request!, signing) with { Request = null };
        }

        foreach (var statement in Lines(deposit.Statement.ToText()))
        {
            yield return forger.WithStatement(statement, original.Claims, original.Request, signing);
            yield return forger.WithStatement(statement, null, null, signing);
        }
    }

    private static IEnumerable<string> Lines(string text)
    {
        var lines = text[..^1].Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            foreach (var other in Alternatives(lines[i]))
                yield return string.Concat(lines.Take(i).Append(other).Concat(lines.Skip(i + 1)).Select(line => line + "\n"));
            yield return string.Concat(lines.Where((_, at) => at != i).Select(line => line + "\n"));
            yield return string.Concat(lines.Take(i).Append(lines[i]).Concat(lines.Skip(i)).Select(line => line + "\n"));
        }
    }

    /// <summary>Values of the same form, so that the text still parses, and one character anywhere.</summary>
    private static IEnumerable<string> Alternatives(string line)
    {
        string[] plausible = line.Split(' ')[0] switch
        {
            "ledger" => ["ledger ledger.example/other"],
            "deposit" or "previous" => [line[..^1] + (line[^1] == '0' ? '1' : '0')],
            "account" => ["account acct-8"],
            "commitment" or "nonce" or "salt" or "request" or "claims" => [line[..^1] + (line[^1] == '0' ? '1' : '0')],
            "items" => ["items 1", "items 4", "items 18446744073709551615"],
            "kind" => ["kind other"],
            "title" => ["title Rotor"],
            "requested" or "received" => [line.Replace("2026", "2006", StringComparison.Ordinal)],
            "depositor" => ["depositor Mallory Ltd"],
            "identity" => ["identity uscc:0"],
            "verified" => ["verified notary 2026-11-22T00:00:00.000Z"],
            "key" => [$"key {SigningKey.Create("acct-7", TestLedger.Seed(666)).Verifier}"],
            "accuracy" => ["accuracy 1ms", "accuracy unknown"],
            "after" => [line.Replace("after 3", "after 1", StringComparison.Ordinal)],
            "beacon" => [line.Replace("358391", "1", StringComparison.Ordinal)],
            _ => [],
        };
        return plausible.Append(line + "x").Append("x" + line).Where(other => other != line);
    }

    private Report Verify(Certificate certificate) =>
        VerifyFiles(Evidence.Create(certificate, deposit.Manifest, deposit.Seed));

    private Report VerifyFiles(Evidence evidence, IEnumerable<GivenFile>? files = null) =>
        Verifier.Verify(evidence, new VerifierInputs(ledger.Policy) { Files = [.. files ?? deposit.Files] });
}
