using Spectre.Console;

namespace Notary.Cli;

/// <summary>A step of a run whose length is known: a bar on a terminal, nothing when piped (the step's result is its line).</summary>
internal static class Progress
{
    /// <param name="total">Units of work; 0 shows a bar that is full at once.</param>
    /// <param name="work">Reports each piece as it is done; may be called from any thread.</param>
    public static async Task<T> RunAsync<T>(Terminal? terminal, string label, double total, Func<IProgress<long>, Task<T>> work)
    {
        if (terminal?.Rich is not { } console)
            return await work(Silent.Instance);
        return await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(label), maxValue: Math.Max(total, 1));
                return await work(new Bar(bar));
            });
    }

    private sealed class Bar(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Increment(value);
    }

    private sealed class Silent : IProgress<long>
    {
        public static readonly Silent Instance = new();

        public void Report(long value)
        {
        }
    }
}
