using System.Text.Encodings.Web;
using System.Text.Json;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// A report as JSON for programs (<c>notary.report/v1</c>): the same run gives the same bytes, and names of checks and
/// results do not change. It is an output, never a proof: nothing reads it back.
/// </summary>
public static class ReportJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        // Chinese and quotation marks as they are. "Unsafe" is for whoever pastes it into a web page; marks that reorder
        // a line are escaped in the sentences already.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <returns>UTF-8, ended by one LF.</returns>
    public static byte[] Write(VerificationRun run)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("format", "notary.report/v1");
            json.WriteString("program", run.Context.Version);
            WriteFiles(json, "program_files", run.Context.Program);
            json.WriteString("verified", Timestamp.Format(run.Context.At));
            WriteFiles(json, "evidence", [run.Context.Evidence]);
            WriteFiles(json, "trust", [run.Context.Trust]);
            WriteReport(json, run);
            WriteAlgorithms(json, run);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void WriteReport(Utf8JsonWriter json, VerificationRun run)
    {
        var report = run.Report;
        json.WriteString("verdict", ResultWords.Of(report.Verdict).English);
        WriteSentence(json, "verdict_sentence", report.VerdictSentence);
        WriteSentence(json, "time_sentence", report.TimeSentence);
        WriteSubject(json, report.Subject);
        json.WriteStartObject("items");
        json.WriteNumber("shown", run.Shown);
        WriteNumber(json, "claimed", run.Claimed);
        json.WriteEndObject();
        WriteChecks(json, run);
        json.WriteStartArray("notes");
        foreach (var note in report.Notes)
            WriteSentence(json, null, note);
        json.WriteEndArray();
    }

    private static void WriteSubject(Utf8JsonWriter json, ReportSubject? subject)
    {
        if (subject is null)
        {
            json.WriteNull("subject");
            return;
        }

        json.WriteStartObject("subject");
        json.WriteString("ledger", subject.Ledger);
        json.WriteString("deposit", subject.Deposit.ToString());
        json.WriteString("deposit_number", CertificateNumbers.OfDeposit(subject.Deposit));
        json.WriteString("commitment", subject.Commitment.ToString());
        json.WriteString("received", Timestamp.Format(subject.Received));
        WriteNumber(json, "index", subject.Index);
        WriteNumber(json, "tree_size", subject.TreeSize);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static void WriteChecks(Utf8JsonWriter json, VerificationRun run)
    {
        var byHand = HandChecks.Of(run);
        WriteListings(json, "preparation", byHand.First(hand => hand.Check == HandChecks.Preparation));
        json.WriteStartArray("checks");
        foreach (var check in run.Report.Checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            WriteSentence(json, "question", CheckQuestions.Of(check.Name));
            json.WriteString("result", ResultWords.Of(check.Result).English);
            WriteSentence(json, "reason", check.Reason);
            WriteListings(json, "by_hand", byHand.First(hand => hand.Check == check.Name));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteListings(Utf8JsonWriter json, string name, HandCheck check)
    {
        json.WriteStartArray(name);
        foreach (var listing in check.Steps.OfType<Listing>())
        {
            json.WriteStartObject();
            json.WriteString("commands", listing.Commands);
            json.WriteString("expected", listing.Expected);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFiles(Utf8JsonWriter json, string name, IReadOnlyList<NamedFile> files)
    {
        json.WriteStartArray(name);
        foreach (var file in files)
        {
            json.WriteStartObject();
            json.WriteString("name", TextRules.Escape(file.Name));
            json.WriteString("sha256", file.Sha256.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAlgorithms(Utf8JsonWriter json, VerificationRun run)
    {
        json.WriteStartArray("algorithms");
        foreach (var use in AlgorithmUse.Of(run))
        {
            json.WriteStartObject();
            json.WriteString("name", use.Name);
            json.WriteString("standard", use.Standard);
            json.WriteString("then", run.Report.Subject is { } subject ? AlgorithmUse.Word(subject.Received).Words.English : "not known");
            json.WriteString("today", AlgorithmUse.Word(run.Context.At).Words.English);
            if (use.Outlook is { } outlook)
                WriteSentence(json, "outlook", outlook);
            else
                json.WriteNull("outlook");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSentence(Utf8JsonWriter json, string? name, Sentence sentence)
    {
        if (name is null)
            json.WriteStartObject();
        else
            json.WriteStartObject(name);
        json.WriteString("en", sentence.English);
        json.WriteString("zh", sentence.Chinese);
        json.WriteEndObject();
    }
}
