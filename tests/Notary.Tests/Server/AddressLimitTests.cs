using System.Net;
using Google.Rpc;
using Grpc.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Limits of an address on a whole server, with loopback counted like any other address; and an account's over REST.</summary>
public sealed class AddressLimitTests : IAsyncLifetime
{
    private readonly AccountsServer server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var plain = RunningServer.Options(server.Data);
        await server.StartAsync(new ServerOptions
        {
            DataDirectory = plain.DataDirectory, Origin = plain.Origin, Listen = plain.Listen, Web = plain.Web,
            AddressLimits = new AddressLimits(Calls: 5, Failures: 1, LeaveOutLoopback: false),
        });
    }

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Strangers_are_told_when_to_come_again_on_both_ports_and_whoever_has_a_key_is_not_among_them()
    {
        var refused = await UntilAsync(async () => await server.Notary.GetLedgerInfoAsync(new(), cancellationToken: Cancellation));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains(RichStatus.Of(refused).Details, detail => detail.Is(RetryInfo.Descriptor));
        using var web = await server.Web.GetAsync("/checkpoint", Cancellation);
        Assert.Equal(HttpStatusCode.TooManyRequests, web.StatusCode);
        Assert.InRange(web.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        await server.DepositAsync("alpha");
    }

    [Fact]
    public async Task Guesses_are_slowed_down_and_lock_nobody_out()
    {
        var guess = AccountsServer.WithKey("nk_" + new string('A', 43));
        var refused = await UntilAsync(async () => await server.Notary.ListDepositsAsync(new(), guess, cancellationToken: Cancellation), StatusCode.Unauthenticated);
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        await server.Notary.ListDepositsAsync(new(), server.As("alpha", Role.Reader), cancellationToken: Cancellation);
    }

    [Fact]
    public async Task An_accounts_rate_holds_over_rest_as_over_grpc()
    {
        server.Change(register => register.ChangeSettings("test", "alpha", null, rate: 1, quota: null));
        for (var i = 0; i < 10; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/deposits");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {server.KeyOf("alpha", Role.Reader)}");
            using var answer = await server.Web.SendAsync(request, Cancellation);
            if (answer.IsSuccessStatusCode)
                continue;
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Contains("\"reason\":\"RATE_LIMIT\"", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            return;
        }

        Assert.Fail("ten calls at once passed a limit of one a second");
    }

    /// <summary>Calls until something else than success, or the status that is expected at first, comes back.</summary>
    private static async Task<RpcException> UntilAsync(Func<Task> call, StatusCode expected = StatusCode.OK)
    {
        for (var i = 0; i < 100; i++)
        {
            if (await Record.ExceptionAsync(call) is RpcException refused && refused.StatusCode != expected)
                return refused;
        }

        throw new InvalidOperationException("A hundred calls at once passed the limit.");
    }
}
