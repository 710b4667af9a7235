using System.IO.Compression;
using System.Text;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>A mirror of an honest server has everything, and of a lying one nothing that is not true.</summary>
public sealed class MirrorTests : IDisposable
{
    private readonly CopiedLedger copy = new();

    public void Dispose() => copy.Dispose();

    [Fact]
    public async Task It_follows_a_ledger_through_every_shape_of_its_tree()
    {
        var ledger = new TestLedger();
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        foreach (var size in (ulong[])[1, 2, 3, 255, 256, 257, 511, 512, 513, 700, 1024])
        {
            ledger.Grow(size);

            var outcome = await copy.VisitAsync(server, ledger.Policy);

            Assert.Equal((CopyState.Whole, size), (outcome.State, outcome.Now));
            copy.CheckWhole(ledger, size);
            Assert.Equal((CopyState.Whole, size, size), await copy.VisitAsync(server, ledger.Policy) is var again ? (again.State, again.Before, again.Now) : default);
        }
    }

    [Fact]
    public async Task It_follows_a_tree_of_three_tile_levels_and_asks_for_what_is_new_alone()
    {
        var ledger = new TestLedger();
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        ledger.Grow(65_700);
        await copy.VisitAsync(server, ledger.Policy);
        copy.CheckWhole(ledger, 65_700);
        server.Requests.Clear();
        ledger.Grow(66_500);

        await copy.VisitAsync(server, ledger.Policy);

        copy.CheckWhole(ledger, 66_500);
        Assert.True(server.Requests.Count < 30, string.Join(' ', server.Requests));
        Assert.Equal(66_500 / 256 - 65_700 / 256 + 1, server.Requests.Count(path => path.Contains("entries", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Partial_tiles_go_when_their_full_tile_is_there()
    {
        var ledger = new TestLedger();
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        foreach (var size in (ulong[])[10, 20, 250])
        {
            ledger.Grow(size);
            await copy.VisitAsync(server, ledger.Policy);
        }

        Assert.Contains("tile/entries/000.p/10", copy.Tiles().Keys);
        ledger.Grow(300);
        await copy.VisitAsync(server, ledger.Policy);

        Assert.Equal(CopiedLedger.PathsOf(300).Order(StringComparer.Ordinal), copy.Tiles().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_partial_tile_that_is_gone_is_cut_from_the_full_one()
    {
        var ledger = TestLedger.Grown(300);
        // The checkpoint is of 200 entries; of the first bundle and tile only the full ones are left.
        await using var server = new LyingServer(path => path == "checkpoint"
            ? LyingServer.Honest(ledger, 200)(path)
            : path.Contains(".p/", StringComparison.Ordinal) ? Reply.Missing : LyingServer.Honest(ledger)(path));

        await copy.VisitAsync(server, ledger.Policy);

        copy.CheckWhole(ledger, 200);
    }

    [Fact]
    public async Task One_wrong_bit_in_any_file_is_refused_and_never_written()
    {
        var ledger = TestLedger.Grown(600);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        foreach (var lie in CopiedLedger.PathsOf(600))
        {
            using var target = new CopiedLedger();
            server.Answer = path => LyingServer.Honest(ledger)(path) is var reply && path == lie
                ? Reply.Found([.. reply.Body[..^9], (byte)(reply.Body[^9] ^ 1), .. reply.Body[^8..]])
                : reply;

            await target.FailAsync(1, server, ledger.Policy);

            Assert.False(File.Exists(Path.Combine(target.FullName, "checkpoint")), lie);
            Assert.False(Directory.Exists(target.Fork));
            target.CheckTrue(ledger);
        }
    }

    [Theory]
    [InlineData("tile/0/000")]
    [InlineData("tile/0/002.p/88")]
    [InlineData("tile/1/000.p/2")]
    [InlineData("tile/entries/000")]
    [InlineData("tile/entries/002.p/88")]
    public async Task A_whole_answer_of_the_wrong_length_is_refused(string lie)
    {
        var ledger = TestLedger.Grown(600);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        foreach (var change in (Func<byte[], byte[]>[])[body => body[..^1], body => body[..^32], _ => [], body => [.. body, 0]])
        {
            server.Answer = path => LyingServer.Honest(ledger)(path) is var reply && path == lie ? Reply.Found(change(reply.Body)) : reply;
            var failure = await Assert.ThrowsAsync<CliException>(() => copy.VisitAsync(server, ledger.Policy));
            Assert.Contains(failure.ExitCode, (int[])[1, 4]);
            copy.CheckTrue(ledger);
        }
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("tile/0/000")]
    [InlineData("tile/1/000.p/2")]
    [InlineData("tile/entries/001")]
    public async Task An_answer_that_breaks_off_does_not_end_drips_or_says_nothing_ends_the_visit(string lie)
    {
        var ledger = TestLedger.Grown(600);
        Reply honest = LyingServer.Honest(ledger)(lie), endless = honest with { Then = (new byte[8_192], TimeSpan.Zero) };
        Reply[] lies =
        [
            honest with { Length = honest.Body.Length + 1 },
            endless,
            endless with { Length = long.MaxValue },
            new Reply(200, []) { Length = long.MaxValue },
            new Reply(200, []) { Then = ([], TimeSpan.FromSeconds(30)), Length = honest.Body.Length },
            new Reply(200, []) { Then = (new byte[1], TimeSpan.FromMilliseconds(150)), Length = honest.Body.Length },
            new Reply(500, []),
            new Reply(204, []),
            new Reply(301, []) { Headers = "Location: /elsewhere\r\n" },
            new Reply(200, honest.Body) { Headers = "Content-Encoding: br\r\n" },
            new Reply(200, honest.Body) { Headers = "Content-Encoding: gzip\r\n" },
            new Reply(200, []) { Headers = $"X: {new string('x', 100_000)}\r\n" },
            Reply.Missing,
        ];
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        foreach (var reply in lies)
        {
            server.Answer = path => path == lie ? reply : path == "elsewhere" ? honest : LyingServer.Honest(ledger)(path);
            await copy.FailAsync(4, server, ledger.Policy, CopiedLedger.Impatience);
            Assert.DoesNotContain("elsewhere", server.Requests);
            copy.CheckTrue(ledger);
        }

        server.Answer = LyingServer.Honest(ledger);
        await copy.VisitAsync(server, ledger.Policy);
        copy.CheckWhole(ledger, 600);
    }

    [Fact]
    public async Task It_reads_gzip_and_no_bomb()
    {
        var ledger = TestLedger.Grown(600);
        await using var server = new LyingServer(path => LyingServer.Honest(ledger)(path) is { Status: 200 } reply
            ? Zipped(reply.Body)
            : Reply.Missing);
        await copy.VisitAsync(server, ledger.Policy);
        copy.CheckWhole(ledger, 600);

        using var other = new CopiedLedger();
        var bomb = Zipped(new byte[200 << 20]);
        foreach (var lie in (string[])["checkpoint", "tile/0/000", "tile/entries/000"])
        {
            server.Answer = path => path == lie ? bomb : LyingServer.Honest(ledger)(path);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Assert.Contains("longer than", await other.FailAsync(4, server, ledger.Policy), StringComparison.Ordinal);
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 100L << 20);
        }
    }

    [Fact]
    public async Task Only_a_checkpoint_that_the_trusted_key_signed_counts()
    {
        var ledger = TestLedger.Grown(5);
        var note = ledger.Checkpoint();
        var stranger = new TestLedger(key: 2).Key.Sign(note.Text);
        await using var server = new LyingServer(LyingServer.Honest(ledger));

        Assert.Contains("does not know", await FailAsync(1, new TestLedger("ledger.example/other").Checkpoint().ToString()), StringComparison.Ordinal);
        Assert.Contains("not signed", await FailAsync(1, new SignedNote(note.Text, [stranger]).ToString()), StringComparison.Ordinal);
        Assert.Contains("not signed", await FailAsync(1, note.ToString().Replace("\n5\n", "\n6\n", StringComparison.Ordinal)), StringComparison.Ordinal);
        await FailAsync(1, new SignedNote(note.Text, [note.Signatures[0], note.Signatures[0] with { Bytes = new byte[64] }]).ToString());
        await FailAsync(4, "not a note");
        await FailAsync(4, "");
        await FailAsync(4, note.ToString().Replace("ledger.example/test\n5", "ledger.example/test\r\n5", StringComparison.Ordinal));
        server.Answer = path => path == "checkpoint" ? Reply.Found([0xFF, 0xFE, .. Encoding.UTF8.GetBytes(note.ToString())]) : Reply.Missing;
        Assert.Contains("UTF-8", await copy.FailAsync(4, server, ledger.Policy), StringComparison.Ordinal);
        Assert.Empty(copy.Tiles());

        Task<string> FailAsync(int exitCode, string checkpoint)
        {
            server.Answer = path => path == "checkpoint" ? Reply.Found(Encoding.UTF8.GetBytes(checkpoint)) : LyingServer.Honest(ledger)(path);
            return copy.FailAsync(exitCode, server, ledger.Policy);
        }
    }

    [Fact]
    public async Task An_older_checkpoint_is_out_of_date_and_changes_nothing()
    {
        var ledger = TestLedger.Grown(600);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        await copy.VisitAsync(server, ledger.Policy);
        foreach (var size in (ulong[])[1, 255, 256, 512, 599])
        {
            server.Answer = LyingServer.Honest(ledger, size);
            var outcome = await copy.VisitAsync(server, ledger.Policy);
            Assert.Equal((CopyState.Stale, 600UL), (outcome.State, outcome.Known));
            copy.CheckWhole(ledger, 600);
        }
    }

    [Fact]
    public async Task An_interrupted_visit_goes_on_where_it_was()
    {
        var ledger = TestLedger.Grown(3_000);
        var left = 12;
        await using var server = new LyingServer(path => Interlocked.Decrement(ref left) > 0 ? LyingServer.Honest(ledger)(path) : Reply.Missing);
        await copy.FailAsync(4, server, ledger.Policy);
        Assert.False(File.Exists(Path.Combine(copy.FullName, "checkpoint")));
        var kept = copy.Tiles().Where(tile => !tile.Key.Contains(".p/", StringComparison.Ordinal)).Select(tile => tile.Key).ToList();
        Assert.NotEmpty(kept);
        // What a power cut may leave: a temporary file.
        File.WriteAllText(Path.Combine(copy.FullName, "tile/0/.005.tmp"), "half");
        server.Requests.Clear();
        ledger.Grow(3_100);
        server.Answer = LyingServer.Honest(ledger);

        await copy.VisitAsync(server, ledger.Policy);

        File.Delete(Path.Combine(copy.FullName, "tile/0/.005.tmp"));
        copy.CheckWhole(ledger, 3_100);
        Assert.Empty(kept.Where(path => path.Contains("entries", StringComparison.Ordinal)).Intersect(server.Requests));
    }

    [Fact]
    public async Task A_file_that_was_damaged_here_is_named_and_not_overwritten()
    {
        var ledger = TestLedger.Grown(1_500);
        var left = 12;
        await using var server = new LyingServer(path => Interlocked.Decrement(ref left) > 0 ? LyingServer.Honest(ledger)(path) : Reply.Missing);
        await copy.FailAsync(4, server, ledger.Policy);
        var damaged = copy.Tiles().Keys.First(path => path.StartsWith("tile/entries/", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(copy.FullName, damaged), "damage");
        server.Answer = LyingServer.Honest(ledger);

        Assert.Contains(damaged, await copy.FailAsync(1, server, ledger.Policy), StringComparison.Ordinal);

        Assert.Equal("damage", File.ReadAllText(Path.Combine(copy.FullName, damaged)));
        File.Delete(Path.Combine(copy.FullName, damaged));
        await copy.VisitAsync(server, ledger.Policy);
        copy.CheckWhole(ledger, 1_500);
    }

    [Fact]
    public async Task What_the_folder_holds_must_be_what_its_checkpoint_says()
    {
        var ledger = TestLedger.Grown(600);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        await copy.VisitAsync(server, ledger.Policy);
        var edge = Path.Combine(copy.FullName, "tile/0/002.p/88");
        var bytes = File.ReadAllBytes(edge);
        bytes[0] ^= 1;
        File.WriteAllBytes(edge, bytes);
        ledger.Grow(601);

        await copy.FailAsync(1, server, ledger.Policy);

        Assert.False(Directory.Exists(copy.Fork));
        File.Delete(edge);
        Assert.Contains("missing", await copy.FailAsync(1, server, ledger.Policy), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_for_one_ledger_and_one_writer()
    {
        var ledger = TestLedger.Grown(3);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        await copy.VisitAsync(server, ledger.Policy);
        using (TileFolder.Open(copy.FullName))
            Assert.Contains("another run", await copy.FailAsync(2, server, ledger.Policy), StringComparison.Ordinal);
        var other = new TestLedger("ledger.example/other", key: 2);
        server.Answer = LyingServer.Honest(other);
        var both = TrustPolicy.Parse($"log {ledger.Key.Verifier}\nlog {other.Key.Verifier}\nquorum none\n");
        Assert.Contains("copy of the ledger ledger.example/test", await copy.FailAsync(2, server, both), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quorum_that_the_trust_file_asks_for_is_asked_for()
    {
        var ledger = TestLedger.Grown(300);
        var witness = new TestWitness("w.example");
        var trust = ledger.PolicyWith([witness], "quorum w.example\n");
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        Assert.Contains("cosignatures", await copy.FailAsync(1, server, trust), StringComparison.Ordinal);
        var cosigned = ledger.Checkpoint(null, witness.At(TestLedger.Created)).ToString();
        server.Answer = path => path == "checkpoint" ? Reply.Found(Encoding.UTF8.GetBytes(cosigned)) : LyingServer.Honest(ledger)(path);
        Assert.Equal(CopyState.Whole, (await copy.VisitAsync(server, trust)).State);
    }

    private static Reply Zipped(byte[] body)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(body);
        return Reply.Found(zipped.ToArray()) with { Headers = "Content-Encoding: gzip\r\n" };
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData((1UL << 56) + 1)]
    [InlineData((1UL << 48) - 1)]
    public async Task A_tree_of_any_size_that_an_operator_signs_is_followed_as_far_as_it_is_served(ulong size)
    {
        var ledger = new TestLedger();
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        await copy.VisitAsync(server, ledger.Policy);
        var edge = EdgeTiles.Of(size).Select(id => HashTile.Parse(id, Enumerable.Range(0, id.Width).SelectMany(i => Hash.Of([(byte)i]).ToArray()).ToArray())).ToList();
        var note = SignedNote.Sign(new Checkpoint(ledger.Origin, size, EdgeTiles.Root(size, edge)).ToText(), ledger.Key).ToString();
        server.Answer = path => path == "checkpoint"
            ? Reply.Found(Encoding.UTF8.GetBytes(note))
            : edge.Find(tile => tile.Id.ToString() == path) is { } tile ? Reply.Found(tile.Bytes.ToArray()) : Reply.Missing;

        Assert.Contains("is not there", await copy.FailAsync(4, server, ledger.Policy), StringComparison.Ordinal);
    }
}
