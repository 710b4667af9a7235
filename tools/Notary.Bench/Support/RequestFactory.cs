using System.Text;
using Notary.Core;

namespace Notary.Bench;

/// <summary>A made-up deposit, ready to be sent.</summary>
internal readonly record struct MadeRequest(DepositId Deposit, byte[] Bytes);

/// <summary>
/// Makes valid requests without their cost: one real request is the template, and each new one differs in uuid,
/// commitment and nonce, which are random. Not safe for concurrent use.
/// </summary>
internal sealed class RequestFactory
{
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly byte[] template;
    private readonly int deposit;
    private readonly int commitment;
    private readonly int nonce;

    /// <param name="origin">The ledger asked.</param>
    /// <param name="time">Dates the uuids, as a client's clock does.</param>
    /// <param name="seed">Another for each run on one ledger: equal seeds in one minute make equal uuids.</param>
    /// <param name="account">The account that deposits.</param>
    public RequestFactory(string origin, TimeProvider time, int seed, string account = "local")
    {
        this.time = time;
        random = new Random(seed);
        template = RequestBytes.Create(Sample(origin, time, account), key: null).Bytes.ToArray();
        deposit = ValueOf("deposit ");
        commitment = ValueOf("commitment ");
        nonce = ValueOf("nonce ");
    }

    public MadeRequest Next() => Next(time.GetUtcNow());

    /// <param name="dated">The time that the uuid carries, in whole minutes.</param>
    public MadeRequest Next(DateTimeOffset dated)
    {
        var bytes = template.AsSpan().ToArray();
        Span<byte> entropy = stackalloc byte[DepositId.RandomBytes + Hash.Size + Hash.Size];
        random.NextBytes(entropy);
        var id = DepositId.Create(dated, entropy[..DepositId.RandomBytes]);
        Encoding.ASCII.GetBytes(id.ToString(), bytes.AsSpan(deposit));
        Convert.TryToHexStringLower(entropy.Slice(DepositId.RandomBytes, Hash.Size), bytes.AsSpan(commitment), out _);
        Convert.TryToHexStringLower(entropy[^Hash.Size..], bytes.AsSpan(nonce), out _);
        return new MadeRequest(id, bytes);
    }

    public MadeRequest[] Next(int count)
    {
        var requests = new MadeRequest[count];
        for (var i = 0; i < count; i++)
            requests[i] = Next();
        return requests;
    }

    /// <summary>What <c>notary deposit</c> sends for a folder, with a title.</summary>
    private static DepositRequest Sample(string origin, TimeProvider time, string account) => new()
    {
        Ledger = origin,
        Deposit = DepositId.Create(time.GetUtcNow(), new byte[DepositId.RandomBytes]),
        Account = account,
        Commitment = Hash.Of("commitment"u8),
        Items = 12,
        Nonce = Hash.Of("nonce"u8),
        Kind = "trade-secret",
        Title = "Rotor geometry, rev. C",
        Requested = Timestamp.RoundDown(time.GetUtcNow()),
    };

    private int ValueOf(string field) => template.AsSpan().IndexOf(Encoding.ASCII.GetBytes("\n" + field)) + field.Length + 1;
}
