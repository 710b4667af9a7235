using System.CommandLine;
using Notary.Bench;

var root = new RootCommand("Measures notary on this machine. Every table is markdown; nothing here is a test.")
{
    LoadCommand.Create(),
    AccessCommand.Create(),
    HashCommand.Create(),
    GrowCommand.Create(),
    StampCommand.Create(),
    DocumentsCommand.Create(),
    ServerCommand.Create(),
    HashFilesCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (BenchException exception)
{
    await Console.Error.WriteLineAsync($"error: {exception.Message}");
    return 1;
}
