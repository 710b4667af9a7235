using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>What the four kinds of call share: functions of the client library, all given its own state object.</summary>
internal readonly struct CallFunctions(
    Func<object, Task<Metadata>> headers,
    Func<object, Status> status,
    Func<object, Metadata> trailers,
    Action<object> dispose,
    object state)
{
    public Task<Metadata> Headers => headers(state);

    public Status Status => status(state);

    public Metadata Trailers => trailers(state);

    public void Dispose() => dispose(state);
}

/// <summary>One request, one response. Awaiting the call awaits the response.</summary>
public sealed class AsyncUnaryCall<TResponse>(
    Task<TResponse> responseAsync,
    Func<object, Task<Metadata>> responseHeadersAsync,
    Func<object, Status> getStatusFunc,
    Func<object, Metadata> getTrailersFunc,
    Action<object> disposeAction,
    object state) : IDisposable
{
    private readonly CallFunctions call = new(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction, state);

    public Task<TResponse> ResponseAsync { get; } = responseAsync;

    public Task<Metadata> ResponseHeadersAsync => call.Headers;

    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        ResponseAsync.ConfigureAwait(continueOnCapturedContext);

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Status GetStatus() => call.Status;

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Metadata GetTrailers() => call.Trailers;

    /// <summary>Cancels the call if it has not ended.</summary>
    public void Dispose() => call.Dispose();
}

/// <summary>Requests that the client ends, one response.</summary>
public sealed class AsyncClientStreamingCall<TRequest, TResponse>(
    IClientStreamWriter<TRequest> requestStream,
    Task<TResponse> responseAsync,
    Func<object, Task<Metadata>> responseHeadersAsync,
    Func<object, Status> getStatusFunc,
    Func<object, Metadata> getTrailersFunc,
    Action<object> disposeAction,
    object state) : IDisposable
{
    private readonly CallFunctions call = new(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction, state);

    public IClientStreamWriter<TRequest> RequestStream { get; } = requestStream;

    public Task<TResponse> ResponseAsync { get; } = responseAsync;

    public Task<Metadata> ResponseHeadersAsync => call.Headers;

    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        ResponseAsync.ConfigureAwait(continueOnCapturedContext);

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Status GetStatus() => call.Status;

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Metadata GetTrailers() => call.Trailers;

    /// <summary>Cancels the call if it has not ended.</summary>
    public void Dispose() => call.Dispose();
}

/// <summary>One request, responses until the server ends them.</summary>
public sealed class AsyncServerStreamingCall<TResponse>(
    IAsyncStreamReader<TResponse> responseStream,
    Func<object, Task<Metadata>> responseHeadersAsync,
    Func<object, Status> getStatusFunc,
    Func<object, Metadata> getTrailersFunc,
    Action<object> disposeAction,
    object state) : IDisposable
{
    private readonly CallFunctions call = new(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction, state);

    public IAsyncStreamReader<TResponse> ResponseStream { get; } = responseStream;

    public Task<Metadata> ResponseHeadersAsync => call.Headers;

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Status GetStatus() => call.Status;

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Metadata GetTrailers() => call.Trailers;

    /// <summary>Cancels the call if it has not ended.</summary>
    public void Dispose() => call.Dispose();
}

/// <summary>Requests and responses, each ended by its own side.</summary>
public sealed class AsyncDuplexStreamingCall<TRequest, TResponse>(
    IClientStreamWriter<TRequest> requestStream,
    IAsyncStreamReader<TResponse> responseStream,
    Func<object, Task<Metadata>> responseHeadersAsync,
    Func<object, Status> getStatusFunc,
    Func<object, Metadata> getTrailersFunc,
    Action<object> disposeAction,
    object state) : IDisposable
{
    private readonly CallFunctions call = new(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction, state);

    public IClientStreamWriter<TRequest> RequestStream { get; } = requestStream;

    public IAsyncStreamReader<TResponse> ResponseStream { get; } = responseStream;

    public Task<Metadata> ResponseHeadersAsync => call.Headers;

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Status GetStatus() => call.Status;

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Metadata GetTrailers() => call.Trailers;

    /// <summary>Cancels the call if it has not ended.</summary>
    public void Dispose() => call.Dispose();
}
