import { Text } from '@mantine/core'

import { useMay } from '../../api/queries'

/** Who may correct rows, for a person who may not; nothing for others. */
export function WhoMayCorrect() {
  const may = useMay('uploader')
  return may ? null : (
    <Text size="sm">Only uploaders can correct rows. Ask an operator for the group uploader.</Text>
  )
}
