import { Text, Textarea } from '@mantine/core'
import { useState } from 'react'

import { FormPopover } from '../../components/form-popover'
import { useDescribe, useRemoval } from './queries'

const MOST = 2000

/** The description of a dataset that somebody created; its maker and operators write it. */
export function DescribeDataset({ dataset, description }: { dataset: string; description: string }) {
  const mayChange = useRemoval(dataset).data?.reason === ''
  const describe = useDescribe(dataset)
  const [text, setText] = useState(description)
  if (!mayChange) return null
  return (
    <FormPopover
      label={description ? 'Edit the description' : 'Describe it'}
      submit="Save the description"
      what="The description"
      isComplete={text.trim() !== '' && text.length <= MOST}
      onSubmit={async () => {
        await describe.mutateAsync(text.trim())
        return (
          <Text span size="sm">
            Saved.
          </Text>
        )
      }}
      width={360}
    >
      <Textarea
        label="What are its rows?"
        placeholder="Visits and sales of our branches, one row per branch and day"
        rows={4}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </FormPopover>
  )
}
