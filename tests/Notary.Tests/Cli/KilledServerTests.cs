using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Cli;

/// <summary>The server's promise: what it has acknowledged is on the ledger, whatever happens to the process.</summary>
public sealed class KilledServerTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    private const int Callers = 16;

    [Fact]
    public async Task Every_acknowledged_deposit_is_at_its_index_after_each_kill()
    {
        var acknowledged = new ConcurrentDictionary<string, ulong>();
        // Three moments: in the first batches, among full ones, and beside entries of earlier lives.
        foreach (var answers in new List<int> { 20, 400, 150 })
            await KillUnderLoadAsync(acknowledged, acknowledged.Count + answers);

        Assert.Equal(acknowledged.Count, acknowledged.Values.Distinct().Count());
        foreach (var (deposit, index) in acknowledged)
        {
            var answer = await ledger.Client.GetCertificateAsync(new Proto.GetCertificateRequest { Deposit = deposit }, cancellationToken: Cancellation);
            Assert.Equal(index, IndexOf(answer.Certificate));
        }

        var check = await RunAsync(0, "fsck", "--data", ledger.Data);
        Assert.Contains("whole", check.Output, StringComparison.Ordinal);
    }

    private async Task KillUnderLoadAsync(ConcurrentDictionary<string, ulong> acknowledged, int enough)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callers = Enumerable.Range(0, Callers).Select(_ => CallAsync(acknowledged, enough, reached)).ToArray();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await ledger.KillAndRestartAsync();
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    /// <summary>Deposits one after the other until the server is gone.</summary>
    private async Task CallAsync(ConcurrentDictionary<string, ulong> acknowledged, int enough, TaskCompletionSource reached)
    {
        var client = ledger.Client;
        try
        {
            while (true)
            {
                var request = RunningServer.NewRequest(ledger.Origin, Interlocked.Increment(ref next));
                var message = new Proto.DepositRequest { Request = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span) };
                var answer = await client.DepositAsync(message, cancellationToken: Cancellation);
                acknowledged[request.Deposit.ToString()] = IndexOf(answer.Certificate);
                if (acknowledged.Count >= enough)
                    reached.TrySetResult();
            }
        }
        catch (Exception exception) when (exception is RpcException or ObjectDisposedException)
        {
            // The kill, or the channel that went with it.
        }
    }

    private int next;

    private static ulong IndexOf(Proto.Certificate certificate) => TlogProof.Parse(certificate.Proof.ToStringUtf8()).Index;
}
