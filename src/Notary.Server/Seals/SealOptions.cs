namespace Notary.Server;

/// <summary>Whose seal goes onto PDFs.</summary>
/// <param name="CertificatePath">PEM: the sealer's certificate, then those above it; or PKCS #12 with the key in it.</param>
/// <param name="KeyPath">PEM: its private key, readable by its owner alone; null with PKCS #12.</param>
/// <param name="PasswordPath">A file with the password of the key or of the PKCS #12; null: none.</param>
/// <param name="Authority">Who stamps each seal; null: a server's own authority, if it has one.</param>
public sealed record SealOptions(string CertificatePath, string? KeyPath, string? PasswordPath, OutsideAuthority? Authority);
