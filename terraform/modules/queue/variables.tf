variable "name" {
  description = "Name of the queue."
  type        = string
}

variable "region" {
  description = "Region of the queue."
  type        = string
}

variable "account_id" {
  description = "Account that owns queue and bucket."
  type        = string
}

variable "endpoint" {
  description = "URL of SQS in the region."
  type        = string
}

variable "source_bucket_arn" {
  description = "The one bucket whose events may enter."
  type        = string
}

variable "visibility_timeout_s" {
  description = "Seconds for which a message in work is hidden from others."
  type        = number
}

variable "max_receive_count" {
  description = "Deliveries before a message counts as dead."
  type        = number
}
