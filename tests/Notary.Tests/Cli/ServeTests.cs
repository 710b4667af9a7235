using Notary.Cli;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

public sealed class ServeTests : CliTest
{
    private static readonly string[] FreePorts = ["--listen", "127.0.0.1:0", "--web", "localhost:0"];

    [Fact]
    public async Task It_says_who_and_where_it_is_and_stops_when_told()
    {
        await using var server = Serve("data");
        var origin = await server.FieldAsync("ledger");
        var key = await server.FieldAsync("vkey");
        var web = await server.FieldAsync("web");
        await server.FieldAsync("ready");

        using var http = new HttpClient();
        var checkpoint = await http.GetStringAsync(new Uri(web + "/checkpoint"), Cancellation);

        Assert.Matches("^localhost/[0-9a-f]{8}$", origin);
        Assert.StartsWith(origin + "+", key, StringComparison.Ordinal);
        Assert.StartsWith(origin + "\n1\n", checkpoint, StringComparison.Ordinal);
        Assert.Contains("accuracy  unknown", server.Output, StringComparison.Ordinal);
        Assert.Equal(DurableFile.Private, Mode(At("data/ledger.key")));
        Assert.Equal(0, await server.SignalAsync("TERM"));
        Assert.Empty(server.Error);
    }

    [Fact]
    public async Task A_ledger_keeps_its_name()
    {
        await using (var first = Serve("data", "--origin", "ledger.example.org/main"))
        {
            Assert.Equal("ledger.example.org/main", await first.FieldAsync("ledger"));
            await first.FieldAsync("ready");
            Assert.Equal(0, await first.SignalAsync("INT"));
        }

        await using (var again = Serve("data"))
        {
            Assert.Equal("ledger.example.org/main", await again.FieldAsync("ledger"));
        }

        var other = await RunAsync(2, ["serve", "--data", At("data"), "--origin", "ledger.example.org/other", .. FreePorts]);
        Assert.Contains("ledger.example.org/main", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_refuses_and_the_first_goes_on()
    {
        await using var first = Serve("data");
        var address = await first.FieldAsync("grpc");

        var second = await RunAsync(2, ["serve", "--data", At("data"), .. FreePorts]);

        Assert.Contains("is in use by another server", second.Error, StringComparison.Ordinal);
        await RunAsync(0, "trust", "--server", address, "--out", At("trust"));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = Serve("one");
        var taken = (await first.FieldAsync("grpc"))["http://".Length..];

        var second = await RunAsync(2, "serve", "--data", At("two"), "--listen", taken, "--web", "127.0.0.1:0");

        Assert.Contains($"cannot listen on {taken}", second.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is not a loopback address", "--listen", "0.0.0.0:7070")]
    [InlineData("is not a loopback address", "--web", "192.0.2.1:80")]
    [InlineData("--listen 7070: is not of the form address:port", "--listen", "7070")]
    [InlineData("--listen 127.0.0.1: is not of the form address:port", "--listen", "127.0.0.1")]
    [InlineData("--web 127.0.0.1:99999: is not of the form address:port", "--web", "127.0.0.1:99999")]
    [InlineData("--origin Main: is not 1 to 255 characters of a-z", "--origin", "Main")]
    [InlineData("--origin : is not 1 to 255 characters of a-z", "--origin", "")]
    [InlineData("--high-water-mark: is empty", "--high-water-mark", "")]
    public async Task What_is_wrong_on_the_command_line_is_said_and_no_folder_is_made(string error, params string[] arguments)
    {
        var result = await RunAsync(2, ["serve", "--data", At("data"), .. arguments]);

        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("data")));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_an_error_line()
    {
        Write("file");

        await RunAsync(2, ["serve", "--data", At("file/data"), .. FreePorts]);
        await RunAsync(2, ["serve", "--data", At("file"), .. FreePorts]);
    }

    [Fact]
    public async Task The_mark_lies_where_it_is_told_to()
    {
        await using var server = Serve("data", "--high-water-mark", At("elsewhere.mark"));

        Assert.Equal(At("elsewhere.mark"), await server.FieldAsync("mark"));
        await server.FieldAsync("ready");
        Assert.True(File.Exists(At("elsewhere.mark")));
    }

    private NotaryProcess Serve(string data, params string[] arguments) =>
        NotaryProcess.Start(["serve", "--data", At(data), .. FreePorts, .. arguments]);
}
