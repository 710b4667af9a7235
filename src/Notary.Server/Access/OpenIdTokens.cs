using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.IdentityModel.Tokens;
using Notary.Core;

namespace Notary.Server;

/// <summary>Whose OpenID Connect tokens are looked at.</summary>
/// <param name="Authority">The issuer, as its tokens and its discovery document name it.</param>
/// <param name="Audience">What its tokens must be for: this ledger, by the name that the issuer knows it under.</param>
public sealed record OpenIdOptions(Uri Authority, string Audience);

/// <summary>
/// Bearer tokens of an OpenID Connect issuer, checked by ASP.NET's own handler: signature under a key of the issuer's
/// discovery document, issuer, audience and time. A good token says who somebody is; whom that lets in, the accounts say.
/// </summary>
internal static class OpenIdTokens
{
    // Asymmetric ones alone: under a symmetric one, whoever knows the issuer's public key could sign.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public static void Add(IServiceCollection services, OpenIdOptions options, TimeProvider time)
    {
        // Without the data protection that AddAuthentication brings along: nothing is protected here, and its keys would be
        // written to the home of whoever runs the server.
        services.AddAuthenticationCore();
        services.AddWebEncoders();
        services.TryAddSingleton(time);
        services.AddSingleton<IAuthenticationConfigurationProvider, NoConfiguration>();
        new AuthenticationBuilder(services).AddJwtBearer(bearer =>
        {
            bearer.Authority = options.Authority.OriginalString;
            bearer.Audience = options.Audience;
            bearer.RequireHttpsMetadata = !(options.Authority.IsLoopback && options.Authority.Scheme == Uri.UriSchemeHttp);
            bearer.MapInboundClaims = false;
            bearer.SaveToken = false;
            bearer.TokenValidationParameters.ValidAlgorithms = Algorithms;
            bearer.TokenValidationParameters.ValidIssuer = options.Authority.OriginalString;
            bearer.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);
        });
    }

    /// <summary>What the accounts know the token's subject by; null where the token is not good.</summary>
    public static async ValueTask<Hash?> FindAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        return result.Principal?.FindFirst("iss")?.Value is { } issuer && result.Principal.FindFirst("sub")?.Value is { Length: > 0 } subject
            ? AccountRegister.LookupOf(issuer, subject)
            : null;
    }

    /// <summary>No settings files are read.</summary>
    private sealed class NoConfiguration : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();
    }

    /// <summary>What is wrong with the options, or null.</summary>
    public static string? Problem(OpenIdOptions options) =>
        !options.Authority.IsAbsoluteUri || !(options.Authority.Scheme == Uri.UriSchemeHttps || (options.Authority.Scheme == Uri.UriSchemeHttp && options.Authority.IsLoopback))
            ? $"the OpenID Connect issuer {options.Authority} is no https address"
            : options.Audience.Length == 0 ? "the audience of OpenID Connect tokens is empty" : null;
}
