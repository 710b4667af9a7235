using System.Diagnostics;
using System.Text;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

public sealed class StoreLiteDbTests : StoreContractTests
{
    private const int FrameSize = 32 + 8_192;
    private const int HeaderSize = 64;

    private string Path => System.IO.Path.Combine(Folder, "ledger.db");

    private string Log => Path + "-log";

    protected override ILedgerStore Open() => LiteDbStore.Open(Path);

    protected override void SetRoom(ILedgerStore store, bool hasRoom) =>
        ((LiteDbStore)store).LimitLog(hasRoom ? long.MaxValue : 200_000);

    [Fact]
    public void A_power_cut_leaves_whole_appends_wherever_it_strikes_the_log()
    {
        var heads = new List<(StoredHead Head, long LogLength)>();
        using (var store = Open())
        {
            StoredHead? head = null;
            for (var i = 0; i < 4; i++)
            {
                head = Append(store, head, 7);
                heads.Add((head, Length(Log)));
            }

            Copy("whole");
        }

        var random = new Random(11);
        var log = File.ReadAllBytes(At("whole-log"));
        for (var round = 0; round < 40; round++)
        {
            // Everything below the last sync is on the disk; of what follows any page may be, in any order, or torn.
            var durable = heads[round % heads.Count];
            var cut = log.ToArray();
            for (var at = durable.LogLength; at < cut.Length; at += 512)
            {
                if (random.Next(4) == 0)
                    Array.Clear(cut, (int)at, (int)Math.Min(512, cut.Length - at));
            }

            File.Copy(At("whole"), At("cut"), overwrite: true);
            File.WriteAllBytes(At("cut-log"), cut.AsSpan(0, random.Next((int)durable.LogLength, cut.Length + 1)));
            using var after = LiteDbStore.Open(At("cut"));
            var found = after.ReadHead()!;
            Assert.True(found.Size >= durable.Head.Size);
            Assert.Contains(heads, known => StoredHead.Same(known.Head, found));
            Assert.Equal((int)found.Size, after.ReadEntries(0, 100, withRecords: true).Count);
            Assert.Equal((int)found.Size, after.ReadDepositRows(default, 100).Count);
            Append(after, found, 3);
        }
    }

    [Fact]
    public void A_log_that_was_copied_is_not_read_again_though_its_pages_are_still_there()
    {
        byte[] old;
        StoredHead head;
        using (var store = Open())
        {
            head = Append(store, Append(store, null, 5), 5);
            old = Read(Log);
        }

        // Closing copied the log. A power cut brings back its frames, or some of them, behind the new header.
        Assert.Equal(HeaderSize, Length(Log));
        foreach (var frames in new[] { 1, 3, (old.Length - HeaderSize) / FrameSize })
        {
            using (var file = File.OpenWrite(Log))
            {
                file.Position = HeaderSize;
                file.Write(old.AsSpan(HeaderSize, frames * FrameSize));
            }

            using var store = Open();
            Assert.True(StoredHead.Same(head, store.ReadHead()));
            head = Append(store, head, 2);
        }
    }

    [Fact]
    public void A_closed_database_is_one_plain_file()
    {
        StoredHead head;
        using (var store = Open())
            head = Append(store, null, 300);
        File.Delete(Log);
        using var reader = LiteDbStore.OpenReadOnly(Path);
        Assert.True(StoredHead.Same(head, reader.ReadHead()));
        Assert.False(File.Exists(Log));
    }

    [Fact]
    public void A_reader_sees_what_is_only_in_the_log()
    {
        StoredHead head;
        using (var store = Open())
        {
            head = Append(store, null, 30);
            Copy("crashed");
        }

        using var reader = LiteDbStore.OpenReadOnly(At("crashed"));
        Assert.True(StoredHead.Same(head, reader.ReadHead()));
        Assert.Equal(30, reader.ReadEntries(0, 100, withRecords: true).Count);
    }

    [Fact]
    public void A_second_process_is_refused_to_read_as_well_as_to_write()
    {
        using var store = Open();
        Assert.Contains("in use", Assert.Throws<LedgerRefusedException>(() => LiteDbStore.Open(Path)).Message, StringComparison.Ordinal);
        Assert.Contains("in use", Assert.Throws<LedgerRefusedException>(() => LiteDbStore.OpenReadOnly(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_does_not_begin_like_one_is_refused_and_left_alone()
    {
        using (var store = Open())
            Append(store, null, 3);
        var strange = Encoding.ASCII.GetBytes(new string('x', 200));
        File.WriteAllBytes(Log, strange);
        Assert.Throws<LedgerRefusedException>(Open);
        Assert.Equal(strange, File.ReadAllBytes(Log));
    }

    [Fact]
    public void Every_damaged_page_is_an_error_that_a_check_can_name_or_is_not_used()
    {
        using (var store = Open())
            Append(store, Append(store, null, 300), 300);
        File.Copy(Path, At("good"));
        var pages = (int)(Length(Path) / 8_192);
        for (var page = 0; page < pages; page++)
        {
            var bytes = File.ReadAllBytes(At("good"));
            new Random(page).NextBytes(bytes.AsSpan((page * 8_192) + 32, 4_000));
            File.WriteAllBytes(At("bad"), bytes);
            var error = Record.Exception(() =>
            {
                using var store = LiteDbStore.OpenReadOnly(At("bad"));
                store.ReadHead();
                store.ReadEntries(0, 1_000, withRecords: true);
                store.ReadDepositRows(default, 1_000);
                store.ReadAccountRows(null, 1_000);
            });
            Assert.True(error is null or StoreException or StoreDamagedException or LedgerRefusedException, $"page {page}: {error}");
        }
    }

    private string At(string name) => System.IO.Path.Combine(Folder, name);

    /// <summary>The files as a crash would leave them now.</summary>
    private void Copy(string name)
    {
        File.WriteAllBytes(At(name), Read(Path));
        File.WriteAllBytes(At(name + "-log"), Read(Log));
    }

    /// <summary>By another process, which the store's locks do not concern.</summary>
    internal static byte[] Read(string path)
    {
        using var copy = new TemporaryFolder();
        var to = System.IO.Path.Combine(copy.Path, "copy");
        using var process = Process.Start("cp", [path, to]);
        process.WaitForExit();
        return File.ReadAllBytes(to);
    }

    private static long Length(string path) => new FileInfo(path).Length;
}
