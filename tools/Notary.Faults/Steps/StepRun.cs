using System.Diagnostics;
using Google.Protobuf;
using Notary.Server;
using Proto = Notary.V1;

namespace Notary.Faults;

/// <summary>What a victim had acknowledged by its end, over all its lives.</summary>
internal sealed record StepResult(int Acknowledged);

/// <summary>Has a process kill itself at a durable step, again and again on one ledger, and checks the ledger after each.</summary>
internal sealed class StepRun(string data)
{
    /// <summary>How often a step is reached before the kill: the first times it, and the later ones.</summary>
    private static readonly int[] Moments = [1, 5, 2, 9];

    /// <exception cref="FaultException">A promise was broken, or the victim lived on.</exception>
    public async Task<StepResult> RunAsync(DurableStep step, StepMoment moment, int kills, CancellationToken cancellation)
    {
        var promises = new Promises();
        await CheckAsync(promises);
        for (var kill = 0; kill < kills; kill++)
        {
            // A sync is reached once a second: the first is enough.
            var after = step == DurableStep.SyncMark ? 1 : Moments[kill % Moments.Length];
            await foreach (var (request, certificate) in VictimAsync(step, moment, after, 100 * kill, cancellation))
                promises.Keep(request, certificate);
            await CheckAsync(promises);
        }

        return new StepResult(promises.Deposits);
    }

    private async Task CheckAsync(Promises promises)
    {
        await using var server = await ServerProcess.StartAsync(data);
        await promises.CheckAsync(server, data);
        await server.KillAsync();
    }

    private async IAsyncEnumerable<(byte[] Request, Proto.Certificate Certificate)> VictimAsync(
        DurableStep step, StepMoment moment, int after, int seed, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string[] arguments =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "notary-faults.dll"), "victim",
            "--data", data, "--step", $"{step}", "--moment", $"{moment}", "--after", $"{after}", "--seed", $"{seed}",
        ];
        using var victim = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        while (await victim.StandardOutput.ReadLineAsync(cancellation) is { } line)
        {
            // The kill cuts a line off: whoever got half a certificate got none.
            if (line.Split(' ') is [var request, var statement, var claims, var proof, StepVictim.End])
                yield return (Convert.FromBase64String(request), ToCertificate(request, statement, claims, proof));
        }

        await victim.WaitForExitAsync(cancellation);
        const int killed = 128 + 9;
        if (victim.ExitCode != killed)
            throw new FaultException($"the process that was to kill itself at {step} ended with {victim.ExitCode}");
    }

    private static Proto.Certificate ToCertificate(string request, string statement, string claims, string proof) => new()
    {
        Statement = ByteString.FromBase64(statement),
        Claims = ByteString.FromBase64(claims),
        Request = ByteString.FromBase64(request),
        Proof = ByteString.FromBase64(proof),
    };
}
