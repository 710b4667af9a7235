using System.Security.Cryptography;

namespace Notary.Cli;

/// <summary>What a verb needs from the world.</summary>
internal sealed record CliContext(Terminal Terminal, TimeProvider Time, RandomNumberGenerator Random);
