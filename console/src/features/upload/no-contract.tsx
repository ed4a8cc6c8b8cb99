import { Alert, Button, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'

import type { Schemas } from '../../api/client'
import { count, save } from '../../api/format'
import { Failed } from '../../components/states'

type Draft = Schemas['ContractDraft']

/** What to do with a file that no contract describes: its drafted contract, and what to check in it. */
export function NoContract({ draft }: { draft?: Draft | null }) {
  const saving = useMutation({ mutationFn: saveAsYaml })
  return (
    <Alert color="blue" title="No contract describes this file yet">
      <Stack gap="sm" align="start">
        <Text size="sm">
          Before one does, none of its rows can enter a table.{' '}
          {draft
            ? `A contract for the dataset ${draft.dataset} was drafted from the file. Save it in the folder contracts/source of the lake's project, or send it to the person who deploys the lake. If you keep the file, the deployment takes it up; else upload it again after the deployment.`
            : 'Draft one with the command headgate contract init FILE, and deploy the lake. If you keep the file, the deployment takes it up; else upload it again.'}
        </Text>
        {draft ? (
          <Button loading={saving.isPending} onClick={() => saving.mutate(draft)}>
            Download contract {draft.dataset}.yaml
          </Button>
        ) : null}
        {saving.error ? <Failed error={saving.error} what="The contract" isAction /> : null}
        {draft && draft.notes.length > 0 ? <Notes notes={draft.notes} /> : null}
      </Stack>
    </Alert>
  )
}

function Notes({ notes }: { notes: Draft['notes'] }) {
  return (
    <details>
      <summary>{count(notes.length, 'note')} to check in the draft</summary>
      <ul style={{ margin: 0, paddingLeft: '1.2rem' }}>
        {notes.map((note) => (
          <li key={`${note.column} ${note.message}`}>
            <Text size="sm" component="span">
              {note.column ? <b>{note.column}: </b> : null}
              {note.message}
            </Text>
          </li>
        ))}
      </ul>
    </details>
  )
}

async function saveAsYaml(draft: Draft): Promise<void> {
  const { stringify } = await import('yaml')
  save(`${draft.dataset}.yaml`, [stringify(draft.document)], 'application/yaml')
}
