using System.Globalization;
using System.Text;

namespace Notary.Core;

/// <summary>A file of the program that made a deposit.</summary>
/// <param name="Sha256">What sha256sum prints.</param>
/// <param name="Name">Its name without a folder.</param>
public readonly record struct ProgramFile(Hash Sha256, string Name);

/// <summary>
/// <c>notary.context/v1</c>: how the data of a deposit came to be, as the depositor says before it is sent. It is an item
/// of the deposit like any other, under <see cref="ItemPath"/>, and so as private as they are; nobody checks what it says.
/// </summary>
public sealed record ContextRecord
{
    /// <summary>The path of its item. No document may have it, nor one that differs by case alone or lies below it.</summary>
    public const string ItemPath = "notary-context.txt";

    private const string Document = "notary.context/v1";

    /// <summary>When it was written, by the depositor's clock; its item's time of last change.</summary>
    public required DateTimeOffset Captured { get; init; }

    /// <summary>In the depositor's words: where the data come from and what made them. At most 1,024 characters.</summary>
    public string? Source { get; init; }

    /// <summary>Who ran the program. This and the names below have at most 256 characters.</summary>
    public string? Operator { get; init; }

    /// <summary>On which machine.</summary>
    public string? Device { get; init; }

    /// <summary>The operating system with its version and architecture.</summary>
    public required string System { get; init; }

    /// <summary>The depositing program and its version.</summary>
    public required string Program { get; init; }

    /// <summary>The files of that program, 1 to 32: whether it was a genuine one can be asked later.</summary>
    public required IReadOnlyList<ProgramFile> Files { get; init; }

    /// <summary>What the program ran on.</summary>
    public required string Runtime { get; init; }

    /// <summary>The folder it ran in. At most 1,024 characters.</summary>
    public string? Folder { get; init; }

    /// <summary>The command as it could be typed again, forbidden characters escaped. At most 4,096 characters.</summary>
    public required string Command { get; init; }

    /// <summary>Whether a document of this path would stand in the place of the record.</summary>
    public static bool IsReserved(string path) =>
        path.StartsWith(ItemPath, StringComparison.OrdinalIgnoreCase) && (path.Length == ItemPath.Length || path[ItemPath.Length] == '/');

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static ContextRecord Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.ContextBytes);
        var record = new ContextRecord
        {
            Captured = fields.RequiredTime("captured"),
            Source = fields.Optional("source"),
            Operator = fields.Optional("operator"),
            Device = fields.Optional("device"),
            System = fields.Required("system"),
            Program = fields.Required("program"),
            Files = ReadFiles(fields),
            Runtime = fields.Required("runtime"),
            Folder = fields.Optional("folder"),
            Command = fields.Required("command"),
        };
        fields.End();
        record.Check();
        return record;
    }

    public string ToText()
    {
        var text = new StringBuilder(1024);
        text.Append(CultureInfo.InvariantCulture, $"{Document}\ncaptured {Timestamp.Format(Captured)}\n");
        Add("source", Source);
        Add("operator", Operator);
        Add("device", Device);
        Add("system", System);
        Add("program", Program);
        foreach (var file in Files)
            text.Append(CultureInfo.InvariantCulture, $"file {file.Sha256} {file.Name}\n");
        Add("runtime", Runtime);
        Add("folder", Folder);
        Add("command", Command);
        return text.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
                text.Append(name).Append(' ').Append(value).Append('\n');
        }
    }

    /// <summary>The item that the record is in its deposit; only one equal to it stands for the record.</summary>
    public ItemText ToItem()
    {
        var bytes = StrictText.Encode(ToText());
        return new ItemText { Path = ItemPath, Size = (ulong)bytes.Length, Modified = Captured, Sha256 = Hash.Of(bytes) };
    }

    /// <summary>Checks the fields of a record that was not parsed.</summary>
    /// <exception cref="MalformedException">As <see cref="Parse"/>.</exception>
    public void Check()
    {
        Check("source", Source, Limits.SourceCharacters);
        Check("operator", Operator, Limits.TitleCharacters);
        Check("device", Device, Limits.TitleCharacters);
        Check("system", System, Limits.TitleCharacters);
        Check("program", Program, Limits.TitleCharacters);
        if (Files.Count is 0 or > Limits.ContextFiles)
            throw new MalformedException(Document, "file", $"stands {Files.Count} times (1 to {Limits.ContextFiles})");
        foreach (var file in Files)
            Check("file", file.Name, Limits.TitleCharacters);
        Check("runtime", Runtime, Limits.TitleCharacters);
        Check("folder", Folder, Limits.SourceCharacters);
        Check("command", Command, Limits.CommandCharacters);
    }

    public bool Equals(ContextRecord? other) => other is not null && ToText() == other.ToText();

    public override int GetHashCode() => HashCode.Combine(Captured, Command);

    private static void Check(string field, string? value, int characters)
    {
        if (value is not null && TextRules.TitleProblem(value, characters) is { } problem)
            throw new MalformedException(Document, field, problem);
    }

    private static List<ProgramFile> ReadFiles(FieldReader fields)
    {
        var files = new List<ProgramFile>();
        while (fields.Optional("file") is { } value)
        {
            const int digits = 2 * Hash.Size;
            if (value.Length <= digits + 1 || value[digits] != ' ' || !Hash.TryParseHex(value.AsSpan(0, digits), out var digest))
                throw fields.Error("file", "is not 64 lower-case hex digits, a space and a name");
            files.Add(new ProgramFile(digest, value[(digits + 1)..]));
        }

        return files;
    }
}
