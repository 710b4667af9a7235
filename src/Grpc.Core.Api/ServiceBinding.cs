using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core;

/// <summary>On a generated service base: where the host finds the method that binds it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class BindServiceMethodAttribute : Attribute
{
    // The host finds the bind method by reflection, so trimming must keep the members.
    private const DynamicallyAccessedMemberTypes Kept = DynamicallyAccessedMemberTypes.PublicMethods
        | DynamicallyAccessedMemberTypes.NonPublicMethods | DynamicallyAccessedMemberTypes.PublicProperties;

    public BindServiceMethodAttribute([DynamicallyAccessedMembers(Kept)] Type bindType, string bindMethodName)
    {
        BindType = bindType;
        BindMethodName = bindMethodName;
    }

    [DynamicallyAccessedMembers(Kept)]
    public Type BindType { get; }

    public string BindMethodName { get; }
}

/// <summary>Takes the methods of a service one by one. The host derives from it.</summary>
public class ServiceBinderBase
{
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class => throw new NotImplementedException();

    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class => throw new NotImplementedException();

    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class => throw new NotImplementedException();

    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class => throw new NotImplementedException();
}

/// <summary>A service with its handlers, ready to be bound.</summary>
public class ServerServiceDefinition
{
    private readonly Action<ServiceBinderBase>[] methods;

    internal ServerServiceDefinition(IEnumerable<Action<ServiceBinderBase>> methods) =>
        this.methods = [.. methods];

    public static Builder CreateBuilder() => new();

    public void BindService(ServiceBinderBase serviceBinder)
    {
        foreach (var method in methods)
            method(serviceBinder);
    }

    /// <summary>Collects methods; a second one of the same full name is an <see cref="ArgumentException"/>.</summary>
    public class Builder
    {
        private readonly HashSet<string> names = [];
        private readonly List<Action<ServiceBinderBase>> methods = [];

        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler)
            where TRequest : class
            where TResponse : class => Add(method, binder => binder.AddMethod(method, handler));

        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> handler)
            where TRequest : class
            where TResponse : class => Add(method, binder => binder.AddMethod(method, handler));

        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler)
            where TRequest : class
            where TResponse : class => Add(method, binder => binder.AddMethod(method, handler));

        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> handler)
            where TRequest : class
            where TResponse : class => Add(method, binder => binder.AddMethod(method, handler));

        public ServerServiceDefinition Build() => new(methods);

        private Builder Add(IMethod method, Action<ServiceBinderBase> bind)
        {
            if (!names.Add(method.FullName))
                throw new ArgumentException($"The service already has a method {method.FullName}.", nameof(method));

            methods.Add(bind);
            return this;
        }
    }
}
