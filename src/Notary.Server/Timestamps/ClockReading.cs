namespace Notary.Server;

/// <summary>Whether this machine's time may be told to others now, and how far it may be off.</summary>
/// <param name="Problem">Why it may not, one clause without a full stop; null when it may.</param>
/// <param name="Accuracy">The clock's error bound; null: unknown, which is said.</param>
internal readonly record struct ClockReading(string? Problem, TimeSpan? Accuracy);
