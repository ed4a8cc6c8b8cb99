import { Button, Group, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { path, useCaller, useMay } from '../../api/queries'
import { Failed } from '../../components/states'

const NOT_KEPT: Record<string, string> = {
  has_numbers:
    'The file that was sent is not kept, because it holds card numbers or its dataset has columns for them.',
  left_out:
    'The file that was sent is not kept, because its dataset leaves columns out, whose values must not stay in the lake.',
  not_searched:
    'The file that was sent is not kept: it is too large, or of a form in which not every text can be searched for card numbers.',
}

interface Props {
  fileId: string
  sender: string
  edits: Schemas['FileEdits']
}

/** The file that was sent, where the lake reads an edited one: fetched by its sender and by operators. */
export function SentOriginal({ fileId, sender, edits: { original, sent_as: name } }: Props) {
  const caller = useCaller()
  const isOperator = useMay('operator')
  const fetchIt = useMutation({
    mutationFn: () => read<Schemas['KeptOriginal']>(`/v1/files/${path(fileId)}/original`),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  const why = NOT_KEPT[original]
  if (why)
    return (
      <Text size="sm" className="muted">
        {why}
      </Text>
    )
  if (original !== 'kept') return null
  const may = isOperator || caller.data?.name === sender
  return (
    <>
      <Group gap="xs">
        <Text size="sm">Original: {name}, kept as it came.</Text>
        {may ? (
          <Button
            size="compact-xs"
            variant="default"
            loading={fetchIt.isPending}
            aria-label={`Download ${name}`}
            onClick={() => fetchIt.mutate()}
          >
            Download
          </Button>
        ) : (
          <Text size="sm" className="muted">
            Its sender and operators can download it.
          </Text>
        )}
      </Group>
      {fetchIt.error ? <Failed error={fetchIt.error} what="The original" isAction /> : null}
    </>
  )
}
