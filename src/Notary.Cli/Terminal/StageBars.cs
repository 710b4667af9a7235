using Notary.Server;
using Spectre.Console;

namespace Notary.Cli;

/// <summary>Long work on a whole ledger: on a terminal a bar for each stage of it, nothing when piped.</summary>
internal sealed class StageBars
{
    private readonly ProgressContext context;
    private readonly Dictionary<string, ProgressTask> stages = new(StringComparer.Ordinal);

    private StageBars(ProgressContext context) => this.context = context;

    public static T Run<T>(Terminal terminal, Func<Action<FsckProgress>?, T> work) => terminal.Rich is { } console
        ? console.Progress().AutoClear(true).Start(context => work(new StageBars(context).Report))
        : work(null);

    public static async Task<T> RunAsync<T>(Terminal terminal, Func<Action<FsckProgress>?, Task<T>> work) => terminal.Rich is { } console
        ? await console.Progress().AutoClear(true).StartAsync(context => work(new StageBars(context).Report))
        : await work(null);

    private void Report(FsckProgress progress)
    {
        if (!stages.TryGetValue(progress.Stage, out var bar))
            stages[progress.Stage] = bar = context.AddTask(Markup.Escape(progress.Stage));
        bar.MaxValue = Math.Max(1, progress.Total);
        bar.Value = progress.Done;
    }
}
