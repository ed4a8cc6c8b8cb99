variable "name" {
  description = "Name of the schedule."
  type        = string
}

variable "role_name" {
  description = "Name of its role."
  type        = string
}

variable "description" {
  description = "What the schedule is for."
  type        = string
}

variable "expression" {
  description = "EventBridge Scheduler expression, in UTC."
  type        = string
}

variable "enabled" {
  description = "Whether the schedule is enabled."
  type        = bool
  default     = true
}

variable "target_arn" {
  description = "What it calls: a state machine, a queue, or a function."
  type        = string
}

variable "action" {
  description = "The one action that its role allows: states:StartExecution, sqs:SendMessage, or lambda:InvokeFunction."
  type        = string

  validation {
    condition     = contains(["states:StartExecution", "sqs:SendMessage", "lambda:InvokeFunction"], var.action)
    error_message = "action is states:StartExecution, sqs:SendMessage or lambda:InvokeFunction."
  }
}

variable "account_id" {
  description = "Account of the schedule: the scheduler may use the role for no other."
  type        = string
}

variable "input" {
  description = "Input of the state machine, or body of the message, as JSON."
  type        = string
  default     = "{}"
}

variable "role_settings" {
  description = "How its role is named and bounded, or which roles are there already, as the module role has it."
  type = object({
    suffix               = optional(string, "")
    permissions_boundary = optional(string)
    existing             = optional(map(string), {})
  })
  default = {}
}
