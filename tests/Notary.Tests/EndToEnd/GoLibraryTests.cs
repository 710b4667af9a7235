using Google.Protobuf;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// Go's transparency-log libraries (golang.org/x/mod/sumdb) judge a running server's checkpoints, certificates and
/// consistency proofs. They share no code with the ledger.
/// </summary>
public sealed class GoLibraryTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task The_libraries_accept_every_checkpoint_certificate_and_consistency_proof_and_nothing_altered()
    {
        var checker = await GoChecker.PathAsync();
        using var folder = new TemporaryFolder();
        string File(string name, ReadOnlySpan<byte> bytes)
        {
            var path = Path.Combine(folder.Path, name);
            System.IO.File.WriteAllBytes(path, bytes.ToArray());
            return path;
        }

        var cancellation = TestContext.Current.CancellationToken;
        var info = await server.Client.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), cancellationToken: cancellation);
        var first = File("first", info.Checkpoint.Span);
        for (var i = 0; i < 12; i++)
        {
            var certificate = await DepositAsync(cancellation);
            var (proof, statement) = (File("proof", certificate.Proof.Span), File("statement", certificate.Statement.Span));
            await AcceptAsync(checker, "record", info.Vkey, proof, statement);
            await RefuseAsync(checker, "record", info.Vkey, proof, File("altered", [.. certificate.Statement.Span[..^2], (byte)(certificate.Statement.Span[^2] ^ 1), (byte)'\n']));

            var grown = await server.Client.GetConsistencyProofAsync(
                new Proto.GetConsistencyProofRequest { First = Size(info.Checkpoint) }, cancellationToken: cancellation);
            var newest = File("newest", grown.Checkpoint.Span);
            await AcceptAsync(checker, "note", info.Vkey, newest);
            var hashes = File("hashes", Lines(grown.Hashes));
            await AcceptAsync(checker, "tree", info.Vkey, first, newest, hashes);
            await RefuseAsync(checker, "tree", info.Vkey, first, newest, File("altered", Lines(grown.Hashes.Skip(1))));
        }

        var published = await server.Web.GetByteArrayAsync("checkpoint", cancellation);
        await AcceptAsync(checker, "note", info.Vkey, File("published", published));
        await RefuseAsync(checker, "note", info.Vkey, File("altered", [(byte)'x', .. published]));
    }

    private async Task<Proto.Certificate> DepositAsync(CancellationToken cancellation)
    {
        var request = RequestBytes.Create(server.NewRequest(), key: null);
        var response = await server.Client.DepositAsync(
            new Proto.DepositRequest { Request = ByteString.CopyFrom(request.Bytes.Span) }, cancellationToken: cancellation);
        return response.Certificate;
    }

    private static ulong Size(ByteString checkpoint) => Checkpoint.Parse(SignedNote.Parse(checkpoint.ToStringUtf8()).Text).Size;

    private static byte[] Lines(IEnumerable<ByteString> hashes) =>
        StrictText.Encode(string.Concat(hashes.Select(hash => hash.ToBase64() + "\n")));

    private static async Task AcceptAsync(string checker, params string[] arguments) =>
        Assert.Equal("ok\n", (await ExternalTool.RunAsync(checker, arguments)).Succeeded().Output);

    private static async Task RefuseAsync(string checker, params string[] arguments) =>
        Assert.Equal(1, (await ExternalTool.RunAsync(checker, arguments)).ExitCode);
}
