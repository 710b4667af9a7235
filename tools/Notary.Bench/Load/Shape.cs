namespace Notary.Bench;

/// <summary>How calls are made.</summary>
/// <param name="Callers">Each has one unary call at a time, or one stream.</param>
/// <param name="Stream">Whether they are streams.</param>
/// <param name="Window">Requests of a stream that wait for their answers at most.</param>
/// <param name="Pace">Unary calls a second that are begun whatever becomes of the others; 0: each caller's next as soon as it has its answer.</param>
internal sealed record Shape(int Callers, bool Stream, int Window, double Pace)
{
    public static Shape Unary(int callers, double pace = 0) => new(callers, Stream: false, Window: 1, pace);

    public static Shape Streams(int streams, int window) => new(streams, Stream: true, window, Pace: 0);

    /// <summary>Calls under way at a time.</summary>
    public int Concurrency => Callers * Window;

    public override string ToString() => Stream
        ? $"DepositBatch, {Callers} stream{(Callers == 1 ? "" : "s")} of {Window} in flight"
        : $"Deposit, {Callers} caller{(Callers == 1 ? "" : "s")}";
}
