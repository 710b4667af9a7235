namespace Notary.Bench;

/// <summary>How calls are made.</summary>
/// <param name="Callers">Each has one unary call at a time, or one stream.</param>
/// <param name="Stream">Whether they are streams.</param>
/// <param name="Window">Requests of a stream that wait for their answers at most.</param>
internal sealed record Shape(int Callers, bool Stream, int Window)
{
    public static Shape Unary(int callers) => new(callers, Stream: false, Window: 1);

    public static Shape Streams(int streams, int window) => new(streams, Stream: true, window);

    /// <summary>Calls under way at a time.</summary>
    public int Concurrency => Callers * Window;

    public override string ToString() => Stream
        ? $"DepositBatch, {Callers} stream{(Callers == 1 ? "" : "s")} of {Window} in flight"
        : $"Deposit, {Callers} caller{(Callers == 1 ? "" : "s")}";
}
