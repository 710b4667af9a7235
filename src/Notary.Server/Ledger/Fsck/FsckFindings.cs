namespace Notary.Server;

/// <summary>Collects findings up to the limit.</summary>
internal sealed class FsckFindings
{
    private readonly List<FsckFinding> list = [];

    public IReadOnlyList<FsckFinding> List => list;

    public void Add(FsckKind kind, string place, string problem)
    {
        var finding = new FsckFinding(kind, place, problem);
        // A store that cannot be read says so to every check.
        if (list.Count < FsckReport.MaximumFindings && (list is not [.., var last] || last != finding))
            list.Add(finding);
    }

    public void Entry(ulong index, string problem) => Add(FsckKind.Entry, $"entry {index}", problem);

    public void Record(ulong index, string problem) => Add(FsckKind.Record, $"records of entry {index}", problem);
}
