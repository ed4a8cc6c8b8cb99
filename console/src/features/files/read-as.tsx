import { Text } from '@mantine/core'

import { readAs } from './read-as-text'

/** How the gate read the file: format, encoding, delimiter, lines that are no rows. */
export function ReadAs({ writtenAs }: { writtenAs: Record<string, string> }) {
  const text = readAs(writtenAs)
  return text ? (
    <Text size="sm" className="muted">
      Read as {text}
    </Text>
  ) : null
}
