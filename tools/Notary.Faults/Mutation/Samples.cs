using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Cli;
using Notary.Core;
using Notary.Server;
using Proto = Notary.V1;

namespace Notary.Faults;

/// <summary>Well-formed documents of every kind, of two deposits on a real ledger: one of a folder, one of a file.</summary>
internal sealed class Samples
{
    private const int Neighbours = 300;

    private Samples(VerifierKey key, IReadOnlyList<Cli.PendingDeposit> deposits, IReadOnlyList<Proto.Certificate> answers, byte[] bundle)
    {
        (Key, Deposits, Answers, Bundle) = (key, deposits, answers, bundle);
        Trust = Trust.Parse(TrustPolicy.Format(key, null), "trust");
    }

    public VerifierKey Key { get; }

    public Trust Trust { get; }

    public IReadOnlyList<Cli.PendingDeposit> Deposits { get; }

    /// <summary>What the server answered to each, with no older proof.</summary>
    public IReadOnlyList<Proto.Certificate> Answers { get; }

    /// <summary>The first 256 entries as they are served.</summary>
    public byte[] Bundle { get; }

    public IReadOnlyList<Evidence> Evidence => [.. Deposits.Select((deposit, i) => new Acceptance(Trust).Accept(deposit, Answers[i]))];

    /// <summary>The first item of the folder alone, with its name.</summary>
    public Evidence Disclosed
    {
        get
        {
            var (folder, full) = (Deposits[0], Evidence[0]);
            var fingerprint = Fingerprint.Create(Key.Name, folder.Id, folder.Seed, folder.Manifest.Items);
            var item = folder.Manifest.Items[0];
            return Core.Evidence.Disclose(full.Certificate, [KeyValuePair.Create(fingerprint.LeafOf(item), fingerprint.Open(item))]);
        }
    }

    public static async Task<Samples> MakeAsync(string data)
    {
        await using var ledger = Ledger.Open(
            new LedgerOptions { DataDirectory = data, Origin = "ledger.example.org/faults" }, NullLogger<Ledger>.Instance);
        using var randomness = RandomNumberGenerator.Create();
        var context = new ContextCapture("CAD \u8BBE\u8BA1", "zhang").Take(TimeProvider.System);
        var terms = new DepositTerms(ledger.Origin, "local", "trade-secret", "Rotor \u2013 \u8F6C\u5B50", null, null, context);
        var builder = new DepositBuilder(terms, TimeProvider.System, randomness);
        Cli.PendingDeposit Build(params string[] paths) =>
            builder.Build(builder.NewId(), "a.evidence.zip", [.. paths.Select(Item)], CancellationToken.None);

        await Task.WhenAll(Enumerable.Range(0, Neighbours).Select(_ => AddAsync(ledger, Build("x"))));
        Cli.PendingDeposit[] deposits = [Build("a/1.txt", "a/\u56FE.dwg", "b.txt", "c/d/e"), Build("only.pdf")];
        var answers = new List<Proto.Certificate>();
        foreach (var deposit in deposits)
            answers.Add(await AddAsync(ledger, deposit));
        return new Samples(ledger.Key, deposits, answers, ledger.ReadTile(new TileId(TileId.Entries, 0, TileId.FullWidth))!.Value.ToArray());
    }

    private static async Task<Proto.Certificate> AddAsync(Ledger ledger, Cli.PendingDeposit deposit)
    {
        var issued = (await ledger.DepositAsync(Depositor.Local, deposit.Request.Bytes, CancellationToken.None)).Certificate!;
        return new Proto.Certificate
        {
            Statement = Google.Protobuf.ByteString.CopyFrom(issued.Statement.Span),
            Claims = Google.Protobuf.ByteString.CopyFrom(issued.Claims.Span),
            Request = Google.Protobuf.ByteString.CopyFrom(issued.Request.Span),
            Proof = Google.Protobuf.ByteString.CopyFrom(issued.Proof.Span),
        };
    }

    private static ItemText Item(string path) => new()
    {
        Path = path,
        Size = (ulong)path.Length,
        Modified = DateTimeOffset.UnixEpoch.AddYears(56),
        Sha256 = Hash.Of(Encoding.UTF8.GetBytes(path)),
    };
}
