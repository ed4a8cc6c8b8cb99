variable "name" {
  description = "Name of the schedule."
  type        = string
}

variable "role_name" {
  description = "Name of its role."
  type        = string
}

variable "description" {
  description = "What it starts."
  type        = string
}

variable "expression" {
  description = "EventBridge Scheduler expression, in UTC."
  type        = string
}

variable "enabled" {
  description = "Whether it starts anything."
  type        = bool
  default     = true
}

variable "machine_arn" {
  description = "State machine that it starts."
  type        = string
}

variable "account_id" {
  description = "Account of the schedule: the scheduler may use the role for no other."
  type        = string
}

variable "input" {
  description = "What the state machine is told, as JSON."
  type        = string
  default     = "{}"
}
