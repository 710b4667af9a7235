using QRCoder;

namespace Notary.Documents;

/// <summary>A QR code (ISO/IEC 18004) of error correction level M: readable with 15 % of it lost.</summary>
public sealed class QrCode
{
    // QRCoder surrounds the code with the light margin that readers need.
    private readonly QRCodeData data;

    /// <param name="text">ASCII, at most about 500 characters on a page.</param>
    public QrCode(string text)
    {
        Text = text;
        data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
    }

    public string Text { get; }

    /// <summary>Modules on a side, the light margin of four on each side included.</summary>
    public int Size => data.ModuleMatrix.Count;

    public bool IsDark(int row, int column) => data.ModuleMatrix[row][column];
}
