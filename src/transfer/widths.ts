/** How many items are worked on at once. More gains nothing on two cores, and holds more in memory. */
export const WIDTH = {
  /** Items of any size. */
  items: 16,
  /** Questions about single items. */
  questions: 32,
} as const;
