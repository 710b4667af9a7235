namespace Notary.Server;

/// <summary>Collects findings up to the limit.</summary>
internal sealed class FsckFindings
{
    private readonly List<FsckFinding> list = [];

    public IReadOnlyList<FsckFinding> List => list;

    public void Add(FsckKind kind, string place, string problem)
    {
        if (list.Count < FsckReport.MaximumFindings)
            list.Add(new FsckFinding(kind, place, problem));
    }

    public void Entry(ulong index, string problem) => Add(FsckKind.Entry, $"entry {index}", problem);

    public void Record(ulong index, string problem) => Add(FsckKind.Record, $"records of entry {index}", problem);
}
