using System.CommandLine;
using Notary.Faults;

var root = new RootCommand("Breaks what a ledger stands on and holds it to its promises. Each verb prints its seed: the same seed makes the same choices.")
{
    KillCommand.Create(),
    SyscallsCommand.Create(),
    LimitCommands.Disk(),
    LimitCommands.Clock(),
    MutateCommand.Create(),
    StepVictim.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (CannotRunException exception)
{
    await Console.Error.WriteLineAsync($"cannot run: {exception.Message}");
    return 2;
}
catch (FaultException exception)
{
    await Console.Error.WriteLineAsync($"broken: {exception.Message}");
    return 1;
}
