/**
 * The function with its answers kept by its argument: for pure functions of words of which few are met. At most `capacity` answers are
 * kept, then it starts afresh. Arguments above 128 characters are not kept.
 */
export function remembering<Result>(
  answer: (word: string) => Result,
  capacity = 4096,
): (word: string) => Result {
  const known = new Map<string, Result>();
  return (word) => {
    const found = known.get(word);
    if (found !== undefined || known.has(word)) return found as Result;
    const result = answer(word);
    if (word.length <= MAX_CHARS) {
      if (known.size >= capacity) known.clear();
      known.set(word, result);
    }
    return result;
  };
}

const MAX_CHARS = 128;
