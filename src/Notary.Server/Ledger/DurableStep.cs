namespace Notary.Server;

/// <summary>The steps of an append that leave something on the disk, in their order.</summary>
internal enum DurableStep
{
    /// <summary>
    /// Within the store's append: a slice of older uuids moves into the index, and with the last slice of a run their rows
    /// outside it go. Nothing of it is there before the whole append is. SQLite alone has it.
    /// </summary>
    MoveUuids,

    /// <summary>The store's append: after it the entries are there for ever, whoever is told.</summary>
    Append,

    /// <summary>The high-water mark is written, though not yet synced. Only after it may anybody see the checkpoint.</summary>
    WriteMark,

    /// <summary>The mark is synced, once a second and at the end, on another thread; deposits do not wait for it.</summary>
    SyncMark,
}

/// <summary>On which side of a step.</summary>
internal enum StepMoment
{
    Before,
    After,
}
