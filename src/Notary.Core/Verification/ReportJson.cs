using System.Text.Encodings.Web;
using System.Text.Json;

namespace Notary.Core;

/// <summary>
/// A report as JSON for programs (<c>notary.report/v1</c>): the same report and program version give the same bytes, and
/// names of checks and results do not change. It is an output, never a proof: nothing reads it back.
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

    /// <param name="report">What was found.</param>
    /// <param name="programVersion">Version of the program that verified.</param>
    /// <returns>UTF-8, ended by one LF.</returns>
    public static byte[] Write(Report report, string programVersion)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("format", "notary.report/v1");
            json.WriteString("program", programVersion);
            json.WriteString("verdict", Word(report.Verdict));
            WriteSentence(json, "verdict_sentence", report.VerdictSentence);
            WriteSentence(json, "time_sentence", report.TimeSentence);
            WriteSubject(json, report.Subject);
            WriteChecks(json, report.Checks);
            json.WriteStartArray("notes");
            foreach (var note in report.Notes)
                WriteSentence(json, null, note);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>The verdict as every report spells it.</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "PASS",
        Verdict.Fail => "FAIL",
        _ => "INDETERMINATE",
    };

    /// <summary>A check's result as every report spells it.</summary>
    public static string Word(CheckResult result) => result switch
    {
        CheckResult.Pass => "PASS",
        CheckResult.Fail => "FAIL",
        _ => "NOT CHECKED",
    };

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

    private static void WriteChecks(Utf8JsonWriter json, IReadOnlyList<Check> checks)
    {
        json.WriteStartArray("checks");
        foreach (var check in checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("result", Word(check.Result));
            WriteSentence(json, "reason", check.Reason);
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
