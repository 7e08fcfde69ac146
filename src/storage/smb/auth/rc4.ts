/**
 * The stream cipher RC4, which NTLM wraps its session key and its signatures in; OpenSSL 3 has it switched off.
 * Weak, and nothing here relies on its strength. Each call goes on where the one before ended.
 */
export function rc4(key: Uint8Array): (data: Uint8Array) => Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 255] ?? 0;
  const swap = (a: number, b: number): void => {
    const kept = at(a);
    state[a] = at(b);
    state[b] = kept;
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 255;
    swap(i, j);
  }
  let i = 0;
  let j = 0;
  return (data) =>
    Buffer.from(
      data.map((byte) => {
        i = (i + 1) & 255;
        j = (j + at(i)) & 255;
        swap(i, j);
        return byte ^ at(at(i) + at(j));
      }),
    );
}
