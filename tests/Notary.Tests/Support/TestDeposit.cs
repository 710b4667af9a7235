using System.Text;
using Notary.Core;

namespace Notary.Tests;

/// <summary>One deposit of a <see cref="TestLedger"/>: every text of it, and the evidence the depositor keeps.</summary>
internal sealed class TestDeposit
{
    private readonly TestLedger ledger;

    private TestDeposit(
        TestLedger ledger, Hash seed, IReadOnlyList<ItemText> items, RequestBytes request, Claims claims, Statement statement, ulong index)
    {
        this.ledger = ledger;
        (Seed, Items, Request, Claims, Statement, Index) = (seed, items, request, claims, statement, index);
    }

    public Hash Seed { get; }

    public IReadOnlyList<ItemText> Items { get; }

    public RequestBytes Request { get; }

    public Claims Claims { get; }

    public Statement Statement { get; }

    public ulong Index { get; }

    public DepositId Id => Statement.Deposit;

    public Manifest Manifest => Manifest.Create(Items);

    /// <summary>What the verifier hashes when the depositor's files are given to it unchanged.</summary>
    public IReadOnlyList<GivenFile> Files => [.. Items.Select(item => new GivenFile(item.Path, item.Size, item.Sha256, item.Sm3))];

    public static TestDeposit Make(TestLedger ledger, DepositPlan plan)
    {
        var index = ledger.Size;
        var id = DepositId.Create(TestLedger.Created, TestLedger.Seed((int)index).AsSpan(0, DepositId.RandomBytes));
        var seed = new Hash(TestLedger.Seed(1000 + (int)index));
        IReadOnlyList<ItemText> items = [.. plan.Files.Select(file => plan.BendItem(Item(file.Path, file.Content)))];
        var commitment = Fingerprint.Create(ledger.Origin, id, seed, items).Commitment;
        var request = RequestBytes.Create(plan.BendRequest(MakeRequest(ledger, plan, id, commitment, (ulong)items.Count)), plan.Key);
        var claims = plan.BendClaims(new Claims
        {
            Salt = new Hash(TestLedger.Seed(2000 + (int)index)),
            Account = plan.Account,
            Depositor = plan.Account,
            Key = plan.Key?.Verifier,
            Request = request.Hash,
        });
        var statement = plan.BendStatement(MakeStatement(ledger, plan, id, commitment, claims));
        ledger.Append(statement.ToText());
        return new TestDeposit(ledger, seed, items, request, claims, statement, index);
    }

    public static ItemText Item(string path, string content) => new()
    {
        Path = path,
        Size = (ulong)Encoding.UTF8.GetByteCount(content),
        Modified = TestLedger.Created.AddDays(-2),
        Sha256 = Hash.Of(Encoding.UTF8.GetBytes(content)),
    };

    public static GivenFile File(string path, string content) =>
        new(path, (ulong)Encoding.UTF8.GetByteCount(content), Hash.Of(Encoding.UTF8.GetBytes(content)));

    /// <summary>The certificate with a proof against the ledger as it is now, or was at a size.</summary>
    public Certificate Certificate(ulong? size = null, params IEnumerable<Cosigner> cosigners) => new()
    {
        Statement = Statement.ToText(),
        Claims = Claims.ToText(),
        Request = Encoding.UTF8.GetString(Request.Bytes.Span),
        Proof = ledger.Proof(Index, size, cosigners).ToString(),
    };

    /// <summary>The full evidence: certificate, manifest and seed.</summary>
    public Evidence Evidence(ulong? size = null, params IEnumerable<Cosigner> cosigners) =>
        Notary.Core.Evidence.Create(Certificate(size, cosigners), Manifest, Seed);

    /// <summary>Evidence that opens only these items, with or without their item texts.</summary>
    public Evidence Disclose(bool showMetadata, params IEnumerable<string> paths)
    {
        var fingerprint = Fingerprint.Create(ledger.Origin, Id, Seed, Items);
        var items = paths.Select(path => Items.Single(item => item.Path == path));
        return Notary.Core.Evidence.Disclose(
            Certificate(), items.Select(item => KeyValuePair.Create(fingerprint.LeafOf(item), fingerprint.Open(item, showMetadata))));
    }

    private static DepositRequest MakeRequest(TestLedger ledger, DepositPlan plan, DepositId id, Hash commitment, ulong items) => new()
    {
        Ledger = ledger.Origin,
        Deposit = id,
        Account = plan.Account,
        Commitment = commitment,
        Items = items,
        Nonce = new Hash(TestLedger.Seed(3000 + (int)ledger.Size)),
        Kind = "trade-secret",
        Requested = TestLedger.Created.AddMilliseconds(902),
    };

    private static Statement MakeStatement(TestLedger ledger, DepositPlan plan, DepositId id, Hash commitment, Claims claims) => new()
    {
        Ledger = ledger.Origin,
        Deposit = id,
        Received = plan.Received ?? TestLedger.Created.AddSeconds(ledger.Size),
        AccuracyMilliseconds = 12,
        AfterSize = ledger.Size,
        AfterRoot = ledger.Root(),
        Commitment = commitment,
        Claims = Hash.Of(Encoding.UTF8.GetBytes(claims.ToText())),
    };
}
