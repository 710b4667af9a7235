using System.CommandLine;

namespace Notary.Bench;

/// <summary><c>notary-bench load</c></summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var callers = new Option<int[]>("--callers") { Description = "Concurrent unary callers, one row each", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 16, 64, 256] };
        var connections = Options.Number("--connections", 2, "HTTP/2 connections that the unary callers share");
        var streams = Options.Number("--streams", 1, "Concurrent DepositBatch calls, a connection each; 0 leaves them out");
        var window = Options.Number("--window", 256, "Requests of a stream that wait for their answers");
        var rounds = Options.Number("--rounds", 5, "Pairs of rounds for each row");
        var seconds = new Option<double>("--seconds") { Description = "How long a round lasts, about", DefaultValueFactory = _ => 3 };
        var soak = new Option<double>("--soak") { Description = "Minutes of full load by the most callers, instead of the table" };
        var command = new Command("load", "Durable deposits a second beside an echo of the same sizes through the same gRPC host")
        {
            callers, connections, streams, window, rounds, seconds, soak, Options.Folder, Options.Seed,
        };
        command.SetAction((parsed, cancellation) => LoadBench.RunAsync(
            new LoadOptions
            {
                Folder = parsed.GetValue(Options.Folder),
                Connections = parsed.GetValue(connections),
                Rounds = parsed.GetValue(rounds),
                Seconds = parsed.GetValue(seconds),
                Callers = parsed.GetValue(callers)!,
                Streams = parsed.GetValue(streams),
                Window = parsed.GetValue(window),
                SoakMinutes = parsed.GetValue(soak),
                Seed = parsed.GetValue(Options.Seed),
            },
            cancellation));
        return command;
    }
}
