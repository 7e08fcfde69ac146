/** How many items are worked on at once. Measured on two cores; see docs/decisions. */
export const WIDTH = {
  /** Items of any size. */
  items: 16,
  /** Questions about single items. */
  questions: 32,
} as const;
