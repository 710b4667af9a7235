using Xunit;

namespace Notary.Tests.Support;

/// <summary>Two documents that <c>notary deposit</c> put on a ledger which is gone since.</summary>
public sealed class DepositedFolder : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public string Documents => Path.Combine(folder.Path, "designs");

    public string Evidence => Path.Combine(folder.Path, "out", "designs.evidence.zip");

    public string Trust => Path.Combine(folder.Path, "out", "trust");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Documents);
        await File.WriteAllTextAsync(Path.Combine(Documents, "rotor.step"), "rotor");
        await File.WriteAllTextAsync(Path.Combine(Documents, "blade.step"), "blade");
        await using var ledger = new LedgerProcess();
        await ledger.InitializeAsync();
        (await NotaryProcess.RunAsync("deposit", Documents, "--server", ledger.Address, "--out", Path.Combine(folder.Path, "out"))).Succeeded();
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
