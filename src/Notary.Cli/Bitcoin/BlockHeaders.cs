using System.CommandLine;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary>Where a verifier gets the headers of Bitcoin blocks from: a list, or a node.</summary>
internal static class BlockHeaders
{
    private static readonly Option<string?> List = new("--headers") { Description = "Headers of Bitcoin blocks that you trust, one 'height header' a line, the header in 160 hex digits.", HelpName = "FILE" };
    public static readonly Option<string?> Node = new("--bitcoin") { Description = "A Bitcoin node that you trust, asked for headers: http://[USER:PASSWORD@]HOST:PORT.", HelpName = "URL" };
    public static readonly Option<string?> Cookie = new("--bitcoin-cookie") { Description = "The node's cookie file, or a file that holds USER:PASSWORD; ~/.bitcoin/.cookie if that is there.", HelpName = "FILE" };

    /// <summary>Adds the options to a verb that verifies.</summary>
    public static void AddTo(Command command)
    {
        command.Add(List);
        command.Add(Node);
        command.Add(Cookie);
    }

    /// <param name="heights">Which blocks to ask a node for.</param>
    /// <exception cref="CliException">A file or address is not what it must be, or the node cannot be asked.</exception>
    public static async Task<IReadOnlyDictionary<ulong, BlockHeader>> ReadAsync(
        CliContext context, ParseResult arguments, IReadOnlyList<ulong> heights, CancellationToken cancellation)
    {
        var (list, node) = (arguments.GetValue(List), arguments.GetValue(Node));
        if (list is not null && node is not null)
            throw CliException.Input("--headers and --bitcoin are both given", "name the one source of headers that you trust");
        if (node is null && arguments.GetValue(Cookie) is not null)
            throw CliException.Input("--bitcoin-cookie is given without --bitcoin");
        return list is not null ? ReadList(list)
            : node is not null ? await AskAsync(context, node, arguments.GetValue(Cookie), heights, cancellation)
            : new Dictionary<ulong, BlockHeader>();
    }

    private static IReadOnlyDictionary<ulong, BlockHeader> ReadList(string path)
    {
        try
        {
            return HeaderFile.Parse(StrictText.Decode("block headers", InputFile.ReadAll(path, HeaderFile.MaxBytes, "a list of block headers")));
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}", "a line is the block's height, a space, and what 'bitcoin-cli getblockheader HASH false' prints");
        }
    }

    private static async Task<IReadOnlyDictionary<ulong, BlockHeader>> AskAsync(
        CliContext context, string text, string? cookie, IReadOnlyList<ulong> heights, CancellationToken cancellation)
    {
        var headers = new Dictionary<ulong, BlockHeader>();
        if (heights.Count == 0)
            return headers;
        using var node = Connect(text, cookie);
        try
        {
            if (await node.ChainAsync(cancellation) is not "main" and var chain)
                context.Terminal.Warning($"the node is of the network '{chain}', not of Bitcoin's main one: its blocks date nothing but tests");
            foreach (var height in heights)
            {
                if (await node.FindHeaderAsync(height, cancellation) is { } header)
                    headers[height] = header;
            }

            return headers;
        }
        catch (BitcoinNodeException exception)
        {
            throw new CliException(ExitCode.Server, exception.Message, "without a node, give the headers yourself: --headers FILE");
        }
    }

    /// <exception cref="CliException">It is no address.</exception>
    public static BitcoinNode Connect(string text, string? cookie)
    {
        // Not repeated when it is wrong: it may hold a password.
        return BitcoinNode.IsAddress(text, out var address)
            ? new BitcoinNode(address, CookieOf(address, cookie))
            : throw CliException.Input("--bitcoin: is not of the form http://[USER:PASSWORD@]HOST:PORT", "for example --bitcoin http://127.0.0.1:8332");
    }

    /// <summary>Bitcoin Core's own cookie, where the user names no credentials and it is there.</summary>
    private static string? CookieOf(Uri address, string? given)
    {
        if (given is not null || address.UserInfo.Length > 0)
            return given;
        var usual = Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".bitcoin", ".cookie");
        return File.Exists(usual) ? usual : null;
    }
}
