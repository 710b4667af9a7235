using Notary.Server;

namespace Notary.Faults;

/// <summary>One ledger that calls fail under, with its promises, in a folder that is deleted with it.</summary>
internal sealed class SyscallLedger : IAsyncDisposable
{
    private const int Callers = 8;
    private const int Streams = 8;
    private const int FillSeed = 1_000_000;
    private static readonly TimeSpan UntilSynced = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan UntilEnded = TimeSpan.FromSeconds(0.4);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly string root;
    private readonly Promises promises;
    private ServerProcess? server;

    private SyscallLedger(string root, Promises promises)
    {
        (this.root, this.promises) = (root, promises);
        // The folder itself and its parent: a new name is durable when its folder is.
        Strace = new Strace(Path.Combine(root, "trace"), [root, Data, .. Files.Select(file => Path.Combine(root, file))]);
    }

    public Strace Strace { get; }

    private static string[] Files =>
    [
        "data/ledger.db", "data/ledger.db-wal", "data/ledger.db-shm", "data/ledger.key", "data/ledger.key.new", "data/ledger.lock",
        "data.mark", "data.mark.new",
    ];

    private string Data => Path.Combine(root, "data");

    /// <summary>A ledger as it is before the scenario, without its server.</summary>
    public static async Task<SyscallLedger> PrepareAsync(string root, Scenario scenario)
    {
        var ledger = new SyscallLedger(Directory.CreateDirectory(root).FullName, new Promises());
        if (scenario == Scenario.FirstStart)
            return ledger;
        await using var server = await ServerProcess.StartAsync(ledger.Data);
        await ledger.promises.CheckAsync(server, ledger.Data);
        await ledger.DepositAsync(server, scenario.Deposits());
        if (scenario == Scenario.StartAfterKill)
            await server.KillAsync();
        else
            await server.StopAsync();
        return ledger;
    }

    /// <summary>The same ledger once more, to be broken.</summary>
    public SyscallLedger Copy(string path)
    {
        var copy = new SyscallLedger(Directory.CreateDirectory(path).FullName, new Promises(promises));
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(path, Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    /// <summary>Does what the scenario says, under a fault if one is given, and tells what came of it.</summary>
    public async Task<string> ActAsync(Scenario scenario, TracedCall? call, CallFault? fault)
    {
        if (scenario.IsStart())
            return await StartAsync(Strace.Wrapper(call, fault));
        server = await ServerProcess.StartAsync(Data);
        await promises.CheckAsync(server, Data);
        if (scenario != Scenario.FirstAppend)
            await DepositAsync(server, 1);
        await using (await Strace.AttachAsync(server.Id, call, fault))
            return scenario == Scenario.Stop ? await StopAsync(server) : await AppendAsync(server, fault);
    }

    private static async Task<string> StopAsync(ServerProcess target)
    {
        var code = await target.StopAsync();
        return $"ended with {code}{(target.Errors.Contains("without its log copied", StringComparison.Ordinal) ? ", which it says" : "")}";
    }

    /// <summary>Without the fault: it starts, everything promised is there, it takes deposits, and it is whole after a stop.</summary>
    public async Task RecoverAsync()
    {
        if (server is { HasEnded: false })
            await server.KillAsync();
        await using var again = await ServerProcess.StartAsync(Data);
        await promises.CheckAsync(again, Data);
        await DepositAsync(again, 1);
        await again.StopAsync();
        Promises.CheckWhole(Data);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    private async Task<string> StartAsync(IReadOnlyList<string> wrapper)
    {
        server = ServerProcess.Launch(Data, wrapper);
        var isReady = await server.IsReadyAsync();
        if (isReady)
            await server.KillAsync();
        return isReady ? "started" : $"ended with {await server.EndAsync()}";
    }

    private async Task<string> AppendAsync(ServerProcess target, CallFault? fault)
    {
        var first = await new Load(promises, await OriginAsync(target), TimeProvider.System).DepositAsync(target.Client, Next());
        // The mark is synced once a second, by another thread.
        await WaitAsync(() => (fault is not null && Strace.HasStruck) || target.HasEnded, UntilSynced);
        if (fault is null)
            return "";
        var next = await new Load(promises, origin!, TimeProvider.System).DepositAsync(target.Client, Next());
        await WaitAsync(() => target.HasEnded || next, UntilEnded);
        var answer = first ? "acknowledged" : "refused";
        return target.HasEnded ? $"{answer}, ended" : $"{answer}, next {(next ? "acknowledged" : "refused")}";
    }

    private static async Task WaitAsync(Func<bool> until, TimeSpan patience)
    {
        for (var waited = TimeSpan.Zero; waited < patience && !until(); waited += Step)
            await Task.Delay(Step);
    }

    private async Task DepositAsync(ServerProcess target, int count)
    {
        var load = new Load(promises, await OriginAsync(target), TimeProvider.System);
        if (count >= SqliteRecentUuids.NormalRunSize)
        {
            await FillAsync(target, load, count);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            if (!await load.DepositAsync(target.Client, Next()))
                throw new FaultException($"a deposit without a fault was refused:\n{target.Errors}");
        }
    }

    /// <summary>So many that one after the other would take minutes.</summary>
    private async Task FillAsync(ServerProcess target, Load load, int count)
    {
        using var enough = new CancellationTokenSource();
        var filling = load.RunAsync(target.Client, Callers, Streams, FillSeed, enough.Token);
        while (promises.Deposits < count && !filling.IsCompleted)
            await Task.Delay(Step);
        await enough.CancelAsync();
        await filling;
        if (promises.Deposits < count)
            throw new FaultException($"deposits without a fault were refused:\n{target.Errors}");
    }

    private string? origin;
    private Bench.RequestFactory? requests;

    private byte[] Next() => (requests ??= new Bench.RequestFactory(origin!, TimeProvider.System, promises.Deposits + (promises.Resent << 16))).Next().Bytes;

    private async Task<string> OriginAsync(ServerProcess target) =>
        origin ??= (await target.Client.GetLedgerInfoAsync(new V1.GetLedgerInfoRequest())).Origin;
}
