using System.Collections.Concurrent;
using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Supervision;

/// <summary>Where roles of one process meet.</summary>
internal sealed class Rendezvous(IReadOnlyCollection<string> enabledRoles) : IRendezvous
{
    private readonly ConcurrentDictionary<Type, Slot> _slots = new();

    public void Publish<TOffer>(TOffer offer)
        where TOffer : class
    {
        ArgumentNullException.ThrowIfNull(offer);
        SlotOf<TOffer>().Set(offer);
    }

    public async Task<TOffer> WaitAsync<TOffer>(CancellationToken cancellationToken)
        where TOffer : class => (TOffer)await SlotOf<TOffer>().First.WaitAsync(cancellationToken);

    public TOffer? Find<TOffer>()
        where TOffer : class => (TOffer?)SlotOf<TOffer>().Present;

    public bool IsEnabled(string serviceRole) => enabledRoles.Contains(serviceRole);

    private Slot SlotOf<TOffer>() => _slots.GetOrAdd(typeof(TOffer), static _ => new Slot());

    private sealed class Slot
    {
        private readonly TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile object? _present;

        public object? Present => _present;

        /// <summary>The offer that stands when somebody comes, or the first one after.</summary>
        public Task<object> First => WaitAsync();

        public void Set(object offer)
        {
            _present = offer;
            _filled.TrySetResult();
        }

        private async Task<object> WaitAsync()
        {
            await _filled.Task;
            return _present!;
        }
    }
}
