using System.Security.Cryptography;
using Notary.Core;

namespace Notary.Server;

/// <summary>What a ledger is opened with. Everything has a default but the folder.</summary>
public sealed class LedgerOptions
{
    /// <summary>The folder of database, key and lock; created with mode 0700 when it is not there.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The ledger's name: a schema-less URL prefix of <c>[a-z0-9./:-]</c>. Fixed by the first start; given later, it must be
    /// the same. Null takes what the key says, or <c>localhost/</c> and 8 random hex digits for a new ledger.
    /// </summary>
    public string? Origin { get; init; }

    /// <summary>
    /// The high-water mark's file; null is <see cref="DefaultHighWaterMark"/>.
    /// </summary>
    public string? HighWaterMarkPath { get; init; }

    /// <summary>What the ledger is kept in; null takes what the folder has, or <see cref="LedgerStores.Default"/> for a new ledger.</summary>
    public StoreKind? Store { get; init; }

    /// <summary>Deposits that wait at most; one more is refused at once.</summary>
    public int QueueCapacity { get; init; } = 8_192;

    /// <summary>Entries of one commit at most: it bounds the time until a waiter is answered.</summary>
    public int BatchLimit { get; init; } = 1_024;

    /// <summary>What a statement names that nobody could know earlier; asked once a batch, on the sequencer's thread. Null: nothing.</summary>
    public Func<Beacon?>? Beacon { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Vouches for the clock; null: nobody does, and statements say so. The caller's to dispose of, after the ledger.</summary>
    internal ClockGuard? Clock { get; init; }

    /// <summary>Where key seeds, origins and the claims' salts come from. Used by several threads at a time.</summary>
    public RandomNumberGenerator Randomness { get; init; } = RandomNumberGenerator.Create();

    /// <summary>
    /// <c>DIR.mark</c> beside the data folder <c>DIR</c>: inside the folder, a restored backup of the folder would bring
    /// back an old mark together with the old database, and the ledger would sign a second history.
    /// </summary>
    public static string DefaultHighWaterMark(string dataDirectory) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory)) + ".mark";

    /// <summary>Puts something between ledger and store: the tests' faults.</summary>
    internal Func<ILedgerStore, ILedgerStore>? WrapStore { get; init; }

    /// <summary>Called before and after each durable step, on its thread; what it throws, the step threw: the tests' faults.</summary>
    internal Action<DurableStep, StepMoment>? AtStep { get; init; }
}
