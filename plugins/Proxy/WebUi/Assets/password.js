// @ts-check

export const MIN_LENGTH = 12;
export const MAX_LENGTH = 128;

const COMMON = [
  "password", "passwort", "qwerty", "qwertz", "azerty", "letmein", "welcome", "admin", "teleport", "iloveyou",
  "dragon", "monkey", "football", "sunshine", "princess", "secret", "changeme", "abc123", "123456", "654321", "111111",
];

/**
 * Judges a password roughly, as a hint while typing; the auth service decides.
 * @param {string} password
 * @param {string} user
 * @returns {{ score: number, hint: string }} score from 0 (empty) to 4 (strong)
 */
export function judge(password, user) {
  const length = [...password].length;
  if (length === 0) {
    return { score: 0, hint: `At least ${MIN_LENGTH} characters. A few unrelated words are easy to remember and hard to guess.` };
  }
  if (length < MIN_LENGTH) {
    const missing = MIN_LENGTH - length;
    return { score: 1, hint: `${missing} more ${missing === 1 ? "character" : "characters"} needed.` };
  }

  const plain = password.toLowerCase();
  if (user.length > 2 && plain.includes(user.toLowerCase())) {
    return { score: 1, hint: "Leave your user name out of it." };
  }

  let guessable = 0;
  for (const word of COMMON) {
    if (plain.includes(word)) {
      guessable += word.length;
    }
  }
  guessable += repeated(plain);
  const effective = length - guessable;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(password)).length;
  const points = effective + kinds * 1.5;
  if (effective < 8) {
    return { score: 1, hint: "Easy to guess: avoid well-known words, repeats and sequences." };
  }
  if (points < 17) {
    return { score: 2, hint: "Fair. Longer is better: add a word or two." };
  }
  return points < 23 ? { score: 3, hint: "Good." } : { score: 4, hint: "Strong." };
}

/**
 * Counts characters that only repeat or continue the one before: "aaaa", "1234", "dcba".
 * @param {string} text
 */
function repeated(text) {
  let count = 0;
  for (let i = 2; i < text.length; i++) {
    const step = text.charCodeAt(i) - text.charCodeAt(i - 1);
    if (Math.abs(step) <= 1 && step === text.charCodeAt(i - 1) - text.charCodeAt(i - 2)) {
      count++;
    }
  }
  return count;
}
