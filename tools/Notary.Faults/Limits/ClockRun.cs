namespace Notary.Faults;

/// <summary>
/// The wall clock of a running server steps, by Debian's libfaketime: backwards, forwards, across a restart. Received times
/// never go backwards; while they would, nothing is issued and readiness says so.
/// </summary>
internal sealed class ClockRun(int seed, DirectoryInfo? parent, Action<string> say)
{
    private readonly Promises promises = new();
    private int requests;

    /// <exception cref="FaultException">A promise was broken.</exception>
    /// <exception cref="CannotRunException">libfaketime is missing.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var folder = new WorkFolder(parent);
        await folder.RunAsync(async () =>
        {
            var clock = folder["clock"];
            async Task SetAsync(string offset)
            {
                await File.WriteAllTextAsync(clock, offset + "\n", cancellation);
                say($"clock {offset}");
            }

            await SetAsync("+0");
            var wrapper = Wrapper(clock);
            await using (var server = await ServerProcess.StartAsync(folder["data"], wrapper))
            {
                await promises.CheckAsync(server, folder["data"]);
                await ExpectAsync(server, issues: true);
                await SetAsync("-1h");
                await ExpectAsync(server, issues: false);
                await SetAsync("+0");
                await ExpectAsync(server, issues: true);
                await SetAsync("+1d");
                await ExpectAsync(server, issues: true);
                await SetAsync("+86399.5");
                await ExpectAsync(server, issues: true);
                await SetAsync("+0");
                await ExpectAsync(server, issues: false);
                await server.KillAsync();
            }

            await using var again = await ServerProcess.StartAsync(folder["data"], wrapper);
            await ExpectAsync(again, issues: false);
            await SetAsync("+2d");
            await ExpectAsync(again, issues: true);
            await promises.CheckAsync(again, folder["data"]);
            await promises.CheckAllAsync(again);
            say("every promise kept, and times never go backwards");
        });
    }

    private async Task ExpectAsync(ServerProcess server, bool issues)
    {
        var info = await server.Client.GetLedgerInfoAsync(new V1.GetLedgerInfoRequest());
        var load = new Load(promises, info.Origin, TimeProvider.System);
        var issued = await load.DepositAsync(server.Client, load.Requests(seed, requests++).Next().Bytes);
        using var health = await server.Web.GetAsync(new Uri("/readyz", UriKind.Relative));
        var said = (await health.Content.ReadAsStringAsync()).Trim();
        say($"  {(issued ? "issued" : "refused")}; readyz {(int)health.StatusCode} {said}");
        if (issued != issues || health.IsSuccessStatusCode != issues)
            throw new FaultException($"a deposit was {(issued ? "issued" : "refused")}, readyz says {said}");
    }

    /// <summary>
    /// The environment of a process whose wall clock is off by what a file says, such as <c>+0.5</c> or <c>-1h</c>. The monotonic
    /// clock is left alone: timers and timeouts are not what is tested.
    /// </summary>
    /// <exception cref="CannotRunException">libfaketime is missing.</exception>
    internal static IReadOnlyDictionary<string, string?> FakeTime(string offset)
    {
        var library = Directory.EnumerateDirectories("/usr/lib").Select(folder => Path.Combine(folder, "faketime/libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
            ?? throw new CannotRunException("libfaketime is not installed");
        return new Dictionary<string, string?>
        {
            ["LD_PRELOAD"] = library, ["FAKETIME_TIMESTAMP_FILE"] = offset, ["FAKETIME_NO_CACHE"] = "1", ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1", ["DONT_FAKE_MONOTONIC"] = "1",
        };
    }

    private static string[] Wrapper(string clock) => ["env", .. FakeTime(clock).Select(variable => $"{variable.Key}={variable.Value}")];
}
