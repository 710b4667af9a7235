namespace Notary.Bench;

/// <summary>The run is worthless, for the reason told: a wrong answer, a server that ended, a tool that is not installed.</summary>
internal sealed class BenchException(string message) : Exception(message);
