using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

public sealed class FileSourceTests : CliTest
{
    [Fact]
    public void Paths_are_relative_to_the_one_folder_given()
    {
        Write("designs/rotor.step", "designs/parts/blade.step", "designs/.hidden");

        Assert.Equal([".hidden", "parts/blade.step", "rotor.step"], Walk("designs"));
        Assert.Equal([".hidden", "parts/blade.step", "rotor.step"], Walk("designs/"));
    }

    [Fact]
    public void Of_several_arguments_each_folders_own_name_comes_first()
    {
        Write("a/x.txt", "b/x.txt", "c.txt");

        Assert.Equal(["a/x.txt", "b/x.txt", "c.txt"], Walk("a", "b/", "c.txt"));
    }

    [Fact]
    public void A_single_file_has_its_name() => Assert.Equal(["c.txt"], Walk(Write("deep/down/c.txt")));

    [Fact]
    public void A_name_is_taken_as_the_file_system_gives_it_and_not_normalised()
    {
        Write("d/e\u0301.txt", "d/\u00E9.txt", "d/\U0001F512 \u200Fx.txt");

        Assert.Equal(["e\u0301.txt", "\u00E9.txt", "\U0001F512 \u200Fx.txt"], Walk("d"));
    }

    [Fact]
    public void Every_problem_is_told_and_names_its_file_escaped()
    {
        Write("d/good.txt", "d/back\\slash", "d/line\nfeed", "d/trailing ", "d/ leading", "d/esc\u001b[2J");
        File.CreateSymbolicLink(At("d/link"), At("d/good.txt"));
        Directory.CreateSymbolicLink(At("d/folder-link"), At("d"));

        var errors = Problems("d");

        Assert.Equal(7, errors.Count);
        Assert.Contains(errors, error => error.Contains("back\\slash: its path holds a backslash", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("holds the forbidden character U+000A", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("holds the forbidden character U+001B", StringComparison.Ordinal));
        Assert.Equal(2, errors.Count(error => error.Contains("begins or ends with a space", StringComparison.Ordinal)));
        Assert.Equal(2, errors.Count(error => error.Contains("is a symbolic link", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_fifo_is_refused_and_not_waited_for()
    {
        Write("d/good.txt");
        (await ExternalTool.RunAsync("mkfifo", [At("d/pipe")])).Succeeded();

        Assert.Contains("pipe: is a FIFO, a socket or a device", Assert.Single(Problems("d")), StringComparison.Ordinal);
        Assert.Contains("/dev/null: is a FIFO, a socket or a device", Assert.Single(Problems("/dev/null")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_not_UTF8_is_refused_also_beside_one_that_looks_the_same()
    {
        await ShellAsync(@"mkdir d; : > ""d/$(printf 'caf\351')""");
        Assert.Contains("caf\uFFFD: the name is not UTF-8", Assert.Single(Problems("d")), StringComparison.Ordinal);

        Write("d/caf\uFFFD");
        Assert.Contains("caf\uFFFD: the name is not UTF-8", Assert.Single(Problems("d")), StringComparison.Ordinal);
        await ShellAsync("rm -r d");
    }

    [Fact]
    public void A_genuine_replacement_character_in_a_name_is_a_name_like_another()
    {
        Write("d/caf\uFFFD");

        Assert.Equal(["caf\uFFFD"], Walk("d"));
    }

    [Fact]
    public async Task A_folder_whose_name_is_not_UTF8_is_refused()
    {
        await ShellAsync(@"mkdir -p ""d/$(printf '\377')""; : > ""d/$(printf '\377')/x""");

        Assert.Contains("the name is not UTF-8", Assert.Single(Problems("d")), StringComparison.Ordinal);
        await ShellAsync("rm -r d");
    }

    [Fact]
    public void Two_files_with_one_path_are_refused_by_both_names()
    {
        Write("one/a.txt", "two/a.txt");

        var error = Assert.Single(Problems("one/a.txt", "two/a.txt"));

        Assert.Contains("one/a.txt and ", error, StringComparison.Ordinal);
        Assert.Contains("two/a.txt have the same path in the deposit: a.txt", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_over_the_limit_is_refused()
    {
        var name = new string('n', 250);
        Write($"d/{name}/{name}/{name}/{name}/{new string('m', 30)}");

        Assert.Contains("has 1034 bytes (limit 1024)", Assert.Single(Problems("d")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_and_a_folder_without_files_are_refused()
    {
        Directory.CreateDirectory(At("empty/inner"));

        Assert.Contains("nothing: no such file or folder", Assert.Single(Problems("nothing")), StringComparison.Ordinal);
        Assert.Contains("there is no file in", Assert.Single(Problems("empty")), StringComparison.Ordinal);
        Assert.Contains("an argument is empty", Assert.Single(Refused("")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_problems_do_not_fill_the_screen()
    {
        Write([.. Enumerable.Range(0, 30).Select(i => $"d/ {i}")]);

        var errors = Problems("d");

        Assert.Equal(21, errors.Count);
        Assert.Equal("and 10 more problems", errors[^1]);
    }

    [Fact]
    public async Task The_digest_size_and_time_are_those_of_the_file()
    {
        var path = Write("a.txt");
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 11, 20, 8, 15, 0, 999, DateTimeKind.Utc).AddTicks(9_999));

        var item = Assert.Single(await HashAsync([path]));

        Assert.Equal(Hash.Of("a.txt"u8), item.Sha256);
        Assert.Equal(5UL, item.Size);
        Assert.Equal("2026-11-20T08:15:00.999Z", Timestamp.Format(item.Modified));
    }

    [Theory]
    [InlineData("append")]
    [InlineData("truncate")]
    [InlineData("overwrite")]
    [InlineData("replace")]
    [InlineData("delete")]
    public async Task A_file_that_changes_while_it_is_hashed_is_named(string change)
    {
        var path = At("large.bin");
        await File.WriteAllBytesAsync(path, new byte[2 << 20], Cancellation);
        var changed = 0;
        var progress = new Callback(() =>
        {
            if (Interlocked.Exchange(ref changed, 1) == 0)
                Change(path, change);
        });

        var exception = await Assert.ThrowsAsync<CliException>(() => HashAsync([path], progress));

        Assert.Contains("large.bin: changed while it was being hashed", Assert.Single(exception.Errors), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Input, exception.ExitCode);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_to_its_end_is_named()
    {
        // The kernel's own file: it opens, but its content is not of the size it shows.
        Assert.SkipUnless(File.Exists("/proc/self/status"), "no /proc");

        var exception = await Assert.ThrowsAsync<CliException>(() => HashAsync(["/proc/self/status"]));

        Assert.Contains("/proc/self/status: ", Assert.Single(exception.Errors), StringComparison.Ordinal);
    }

    private static void Change(string path, string change)
    {
        switch (change)
        {
            case "append":
                File.AppendAllText(path, "more");
                break;
            case "truncate":
                using (var file = OpenShared(path))
                    file.SetLength(1 << 20);
                break;
            case "overwrite":
                using (var file = OpenShared(path))
                    file.Write("other"u8);
                File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
                break;
            case "replace":
                File.Copy(path, path + ".new");
                File.SetLastWriteTimeUtc(path + ".new", File.GetLastWriteTimeUtc(path));
                File.Move(path + ".new", path, overwrite: true);
                break;
            default:
                File.Delete(path);
                break;
        }
    }

    private static FileStream OpenShared(string path) => new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

    private static async Task<IReadOnlyList<ItemText>> HashAsync(IReadOnlyList<string> arguments, IProgress<long>? progress = null)
    {
        var cancellation = Cancellation;
        var files = FileSource.Walk(arguments, cancellation);
        var items = new ItemText[files.Count];
        await FileHashing.RunAsync(files, (i, item) => items[i] = item, progress ?? new Callback(() => { }), cancellation);
        return items;
    }

    private string Full(string path) => Path.IsPathRooted(path) ? path : At(path);

    private async Task ShellAsync(string script) => (await ExternalTool.RunAsync("sh", ["-c", script], At(""))).Succeeded();

    private IEnumerable<string> Walk(params string[] arguments) =>
        FileSource.Walk([.. arguments.Select(Full)], Cancellation).Select(file => file.Path);

    private IReadOnlyList<string> Problems(params string[] arguments) => Refused([.. arguments.Select(Full)]);

    private static IReadOnlyList<string> Refused(params string[] arguments)
    {
        var exception = Assert.Throws<CliException>(() => FileSource.Walk(arguments, Cancellation));
        Assert.Equal(ExitCode.Input, exception.ExitCode);
        return exception.Errors;
    }

    private sealed class Callback(Action action) : IProgress<long>
    {
        public void Report(long value) => action();
    }
}
