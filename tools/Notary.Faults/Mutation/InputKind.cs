namespace Notary.Faults;

/// <summary>What became of a mutant.</summary>
internal enum Fate
{
    /// <summary>A parser said that it is malformed.</summary>
    Malformed,

    /// <summary>It reads, and the verdict is against it; or it is a text of its own that nobody has vouched for.</summary>
    NotBelieved,

    /// <summary>It says exactly what the original says: an unknown member, another order, what nobody reads.</summary>
    Same,
}

/// <summary>One kind of input from strangers.</summary>
/// <param name="Name">How tables call it.</param>
/// <param name="Weight">Its share of a run.</param>
/// <param name="Originals">Well-formed documents, at least one.</param>
/// <param name="Try">
/// Reads a mutant of the original of that number. Throws <see cref="Core.MalformedException"/> when it is malformed,
/// <see cref="FaultException"/> when it was believed and says something else, or has two spellings.
/// </param>
internal sealed record InputKind(string Name, int Weight, IReadOnlyList<byte[]> Originals, Func<int, byte[], Fate> Try);
