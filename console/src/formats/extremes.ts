/** The largest of any count of numbers and of `least`. `Math.max(...numbers)` fails from about 100,000 arguments on. */
export const largestNumber = (numbers: Iterable<number>, least = -Infinity): number => {
  let largest = least
  for (const number of numbers) largest = Math.max(largest, number)
  return largest
}

/** The smallest of any count of numbers and of `most`. */
export const smallestNumber = (numbers: Iterable<number>, most = Infinity): number => {
  let smallest = most
  for (const number of numbers) smallest = Math.min(smallest, number)
  return smallest
}
