using System.Collections;
using System.Reflection;

namespace Teleport.Hosting.Configuration;

/// <summary>Compares option values by what they say; records compare lists by reference, which would tell two empty lists apart.</summary>
internal static class OptionEquality
{
    public static bool AreSame(object? left, object? right)
    {
        if (left is null || right is null || left is string || left.GetType().IsValueType)
        {
            return Equals(left, right);
        }

        if (left is IEnumerable leftItems && right is IEnumerable rightItems)
        {
            object?[] leftArray = [.. leftItems.Cast<object?>()];
            object?[] rightArray = [.. rightItems.Cast<object?>()];
            return leftArray.Length == rightArray.Length && leftArray.Zip(rightArray).All(static pair => AreSame(pair.First, pair.Second));
        }

        if (left.GetType() != right.GetType())
        {
            return false;
        }

        return Equals(left, right)
            || (OptionsAreRecord(left) && left.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(static p => p.CanWrite)
                .All(p => AreSame(p.GetValue(left), p.GetValue(right))));
    }

    private static bool OptionsAreRecord(object value) => value.GetType().GetMethod("<Clone>$") is not null;
}
